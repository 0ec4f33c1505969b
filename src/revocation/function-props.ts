import { oneOf, type Problems } from "../shared/problems";

/** How the function runs. */
export interface FunctionProps {
  /**
   * Lambda's Node.js runtime. AWS provider 5.100 accepts `nodejs22.x` at most.
   *
   * @default - `nodejs22.x`
   */
  readonly runtime?: string;
  /**
   * `arm64` or `x86_64`.
   *
   * @default - `arm64`
   */
  readonly architecture?: string;
  /**
   * Memory in MB: 128 to 10,240. It buys a share of a CPU, and so decides how long a thief has: with 256 MB the policy is written
   * several times as late.
   *
   * @default - 1,769 MB, which buys one whole CPU
   */
  readonly memorySize?: number;
  /**
   * Number of invocations that may run at the same time. It is taken from the account's quota, which new accounts cannot spare.
   *
   * @default - not limited, nothing reserved
   */
  readonly reservedConcurrency?: number;
  /**
   * Days that the function's log is kept, one of the numbers that CloudWatch Logs accepts.
   *
   * @default - 365 days
   */
  readonly logRetentionDays?: number;
  /**
   * Whether the function's log stays in the account when the function is destroyed or renamed. It must be applied before that. A
   * later function of the same name finds the log there, and Terraform must import it: AWS refuses to make it twice.
   *
   * @default - the log is destroyed with the function
   */
  readonly keepLog?: boolean;
  /**
   * ARN of the permissions boundary of the function's role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string;
}

/** The days that CloudWatch Logs can keep a log. */
export const LOG_RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Adds what is wrong with the way the function is to run. */
export function checkFunction(props: FunctionProps, problems: Problems): void {
  const whole = (from: number, to: number) => (value: number) =>
    Number.isInteger(value) && value >= from && value <= to;
  problems.check("architecture", props.architecture, oneOf(["arm64", "x86_64"]), "arm64 or x86_64");
  problems.check("memorySize", props.memorySize, whole(128, 10_240), "a whole number of MB from 128 to 10240");
  problems.check("reservedConcurrency", props.reservedConcurrency, whole(1, 1000), "a whole number from 1 to 1000");
  const retentions = `one of ${LOG_RETENTIONS.join(", ")}`;
  problems.check("logRetentionDays", props.logRetentionDays, oneOf(LOG_RETENTIONS), retentions);
}
