import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, right, wrong } from "../result";

/** A log group. */
export interface ReadLog {
  /** Undefined if it keeps everything for ever. */
  readonly retentionDays?: number;
}

/** The function's log is there, and does not grow for ever. */
export function judgeLog(log: ReadLog | undefined, { logGroupName, region }: Deployed): readonly Judgement[] {
  if (!log) return [wrong(`the function's log ${logGroupName} does not exist: what it does is not recorded`, APPLY)];
  if (log.retentionDays === undefined) {
    return [
      wrong(
        `the function's log ${logGroupName} is kept for ever`,
        `aws logs put-retention-policy --region ${region} --log-group-name ${logGroupName} --retention-in-days 365`,
      ),
    ];
  }
  return [right(`the function's log is kept for ${log.retentionDays} days`)];
}
