import { type Judgement, right, wrong } from "../result";

/** A trail of CloudTrail, as it stands in the region that has the events of IAM. */
export interface ReadTrail {
  readonly name: string;
  readonly logging: boolean;
  /** Whether it records management events that write. */
  readonly recordsWrites: boolean;
}

/** EventBridge gets the events of IAM, which it does from a trail only. */
export function judgeTrails(trails: readonly ReadTrail[], region: string): readonly Judgement[] {
  const [recording] = trails.filter(({ logging, recordsWrites }) => logging && recordsWrites);
  if (recording) return [right(`the trail ${recording.name} records what is written in IAM`)];
  const [silent] = trails.filter(({ recordsWrites }) => recordsWrites);
  if (silent) {
    return [
      wrong(
        `the trail ${silent.name} does not log: who undoes a revocation is told to nobody`,
        `aws cloudtrail start-logging --region ${region} --name ${silent.name}`,
      ),
    ];
  }
  return [
    wrong(
      `no trail records management events of ${region}: who undoes a revocation is told to nobody`,
      `with a bucket that lets CloudTrail write: aws cloudtrail create-trail --region ${region} --name management-events ` +
        `--is-multi-region-trail --s3-bucket-name BUCKET && aws cloudtrail start-logging --region ${region} --name management-events`,
    ),
  ];
}
