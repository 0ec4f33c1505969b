import { type Judgement, unlessWrong, wrong } from "../result";

/** GuardDuty's detector in the region, of which an account has one at most. */
export interface ReadDetector {
  readonly id: string;
  /** `ENABLED` or `DISABLED`. */
  readonly status?: string;
  readonly frequency?: string;
}

/** Findings come, and a newly stolen key is not kept for hours. */
export function judgeDetector(detector: ReadDetector | undefined, region: string): readonly Judgement[] {
  if (!detector) {
    return [
      wrong(
        `GuardDuty is off in ${region}: there is no detector, so there are no findings`,
        `aws guardduty create-detector --enable --finding-publishing-frequency FIFTEEN_MINUTES --region ${region}`,
      ),
    ];
  }
  const update = `aws guardduty update-detector --detector-id ${detector.id} --region ${region}`;
  const problems: Judgement[] = [];
  if (detector.status !== "ENABLED") {
    problems.push(wrong(`the detector ${detector.id} is suspended: there are no findings`, `${update} --enable`));
  }
  if (detector.frequency !== "FIFTEEN_MINUTES") {
    problems.push(
      wrong(
        `findings that go on are published every ${detector.frequency}: a newly stolen key may be known that late`,
        `${update} --finding-publishing-frequency FIFTEEN_MINUTES   # in an organization: in the administrator's account`,
      ),
    );
  }
  return unlessWrong(`the detector ${detector.id} is on and publishes every fifteen minutes`, problems);
}
