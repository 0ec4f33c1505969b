import { DataAwsGuarddutyDetector } from "@cdktf/provider-aws/lib/data-aws-guardduty-detector";
import { GuarddutyDetector } from "@cdktf/provider-aws/lib/guardduty-detector";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

import { oneOf, Problems } from "../shared/problems";

/** A GuardDuty detector, which turns GuardDuty on in one account and region. */
export interface IDetector {
  /** Its id: 32 hexadecimal digits. */
  readonly detectorId: string;
}

/** How often GuardDuty reports that a known finding goes on. */
export const FindingPublishingFrequency = {
  FIFTEEN_MINUTES: "FIFTEEN_MINUTES",
  ONE_HOUR: "ONE_HOUR",
  SIX_HOURS: "SIX_HOURS",
} as const;
export type FindingPublishingFrequency = (typeof FindingPublishingFrequency)[keyof typeof FindingPublishingFrequency];

export interface DetectorProps {
  /**
   * How often a known finding is reported while it goes on. New findings are always reported within five minutes.
   *
   * @default - every 15 minutes
   */
  readonly findingPublishingFrequency?: FindingPublishingFrequency;
  /** @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}

/**
 * The detector that turns GuardDuty on. An account has one in each region: making a second one fails, and destroying it
 * **turns GuardDuty off and erases its findings**, so nothing in this library makes one unless asked.
 *
 * @example
 * ```ts
 * new CredentialExfiltrationResponse(this, "response", {
 *   detector: Detector.lookup(this, "detector"),
 *   alertEmails: ["security@example.com"],
 *   revocableRoles: RevocableRoles.withPath("/application/"),
 * });
 * ```
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html
 */
export class Detector extends Construct implements IDetector {
  /** The region's detector, looked up by Terraform; the plan fails if there is none. */
  static lookup(scope: Construct, id: string, provider?: TerraformProvider): IDetector {
    return { detectorId: new DataAwsGuarddutyDetector(scope, id, { provider }).id };
  }

  /**
   * A detector by its id; the plan fails if it does not exist.
   *
   * @throws Error if the id is known and not 32 hexadecimal digits.
   */
  static fromDetectorId(scope: Construct, id: string, detectorId: string, provider?: TerraformProvider): IDetector {
    const problems = new Problems();
    problems.check("detectorId", detectorId, (value) => /^[0-9a-f]{32}$/.test(value), "32 hexadecimal digits");
    problems.throwIfAny(scope);
    return { detectorId: new DataAwsGuarddutyDetector(scope, id, { provider, id: detectorId }).id };
  }

  readonly detectorId: string;
  /** Escape hatch: the resource itself. */
  readonly resource: GuarddutyDetector;

  /** @throws Error if the frequency is known and not one of {@link FindingPublishingFrequency}. */
  constructor(scope: Construct, id: string, props: DetectorProps = {}) {
    super(scope, id);
    const frequencies = Object.values(FindingPublishingFrequency);
    const problems = new Problems();
    problems.check(
      "findingPublishingFrequency",
      props.findingPublishingFrequency,
      oneOf(frequencies),
      frequencies.join(" or "),
    );
    problems.throwIfAny(this);
    this.resource = new GuarddutyDetector(this, "Resource", {
      enable: true,
      findingPublishingFrequency: props.findingPublishingFrequency ?? FindingPublishingFrequency.FIFTEEN_MINUTES,
      provider: props.provider,
    });
    this.detectorId = this.resource.id;
  }
}
