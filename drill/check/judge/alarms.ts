import { APPLY, type Judgement, unlessWrong, wrong } from "../result";

/** An alarm that watches a part of the response. */
export interface ReadAlarm {
  readonly name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  readonly state: string;
  readonly actionsEnabled: boolean;
  readonly actions: readonly string[];
}

/** Every alarm is quiet, and would tell somebody if it were not. */
export function judgeAlarms(alarms: readonly ReadAlarm[], region: string): readonly Judgement[] {
  if (alarms.length === 0) {
    return [wrong("no alarm watches the function: a finding can get lost unseen", `${APPLY}, with alarms`)];
  }
  const problems: Judgement[] = [];
  for (const { name, state } of alarms.filter((alarm) => alarm.state !== "OK")) {
    const mend =
      state === "ALARM"
        ? `its description says what to do: aws cloudwatch describe-alarms --region ${region} --alarm-names ${name}`
        : "a new alarm has data within minutes: check again then";
    problems.push(wrong(`the alarm ${name} is in ${state}`, mend));
  }
  for (const { name } of alarms.filter(({ actionsEnabled }) => !actionsEnabled)) {
    problems.push(
      wrong(
        `the alarm ${name} tells nobody: its actions are switched off`,
        `aws cloudwatch enable-alarm-actions --region ${region} --alarm-names ${name}`,
      ),
    );
  }
  for (const { name } of alarms.filter(({ actions }) => actions.length === 0)) {
    problems.push(wrong(`the alarm ${name} tells nobody: it has no actions`, APPLY));
  }
  return unlessWrong(`all ${alarms.length} alarms are in OK`, problems);
}
