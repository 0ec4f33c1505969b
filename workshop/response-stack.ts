import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";

import { CredentialExfiltrationResponse } from "../src/credential-exfiltration-response";
import { iamRegionFor } from "../src/contract/iam-region";
import { Detector, type IDetector } from "../src/detection/detector";
import { LAB_ROLE_NAME } from "./lab/lab-instance";
import { Place } from "../src/shared/place";
import { RevocableRoles } from "../src/revocation/revocable-roles";
import { FindingForwarder } from "../src/finding-forwarder";
import { RevocationGuard } from "../src/revocation-guard";
import { type WorkshopSettings, toMembers, toRevocableRoles } from "./settings";
import { WorkshopStack } from "./workshop-stack";

const PREFIX = "GuardDuty-Example";

/** The response under the names that the workshop's guide uses. */
export class ResponseStack extends WorkshopStack {
  constructor(scope: Construct, id: string, settings: WorkshopSettings) {
    super(scope, id, settings, { Workshop: "GuardDuty-Example" });
    const response = new CredentialExfiltrationResponse(this, "response", {
      ...settings,
      prefix: PREFIX,
      ruleName: "GuardDuty-Event-IAMUser-InstanceCredentialExfiltration",
      functionName: "GuardDuty-Example-Remediation-InstanceCredentialExfiltration",
      topicName: "GuardDuty-Example",
      detector: this.detector(settings.detector),
      revocableRoles: this.revocableRoles(settings.revocableRoles),
      dashboard: true,
      members: toMembers(settings),
      furtherRegions: settings.regions.length > 0,
    });
    const guard = this.guard(response, settings);
    const forwarders = settings.regions.map((region) => this.forwarder(region, response, guard, settings));
    const outputs = {
      topic_arn: [response.topicArn, "The topic that people are mailed through"],
      rule_name: [response.ruleName, "The rule on stolen role credentials"],
      function_name: [response.functionName, "The function that revokes sessions"],
      function_role_arn: [response.functionRoleArn, "The function's role"],
      failure_queue_url: [response.failureQueue.resource.url, "Findings that could not be handled"],
      ...(guard?.topic && {
        guard_topic_arn: [guard.topicArn, "The topic that tells of undone revocations"],
      }),
    };
    for (const [name, [value, description]] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { value, description });
    }
    const topics = forwarders.flatMap(({ topic }, index) => (topic ? [[settings.regions[index], topic.topicArn]] : []));
    if (topics.length > 0) {
      const description = "By region, the topic that tells of findings that cannot be forwarded";
      new TerraformOutput(this, "forwarder_topic_arns", { value: Object.fromEntries(topics), description });
    }
  }

  private detector(setting: string): IDetector | undefined {
    switch (setting) {
      case "none":
        return undefined;
      case "create":
        return new Detector(this, "detector");
      case "lookup":
        return Detector.lookup(this, "detector");
      default:
        return Detector.fromDetectorId(this, "detector", setting);
    }
  }

  /** The forwarder of a further region, and its detector. If the guard has a topic in that region, it tells of failures too. */
  private forwarder(
    region: string,
    response: CredentialExfiltrationResponse,
    guard: RevocationGuard | undefined,
    { detector, alertEmails, permissionsBoundaryArn, runbookUrl }: WorkshopSettings,
  ): FindingForwarder {
    const provider = this.providerIn(region, region);
    if (detector === "create") new Detector(this, `detector-${region}`, { provider });
    // A detector's id is that of the home region.
    else if (detector !== "none") Detector.lookup(this, `detector-${region}`, provider);
    return new FindingForwarder(this, `forwarder-${region}`, {
      to: response,
      prefix: PREFIX,
      permissionsBoundaryArn,
      runbookUrl,
      ...(guard?.topic && region === iamRegionFor(region) ? { alarmActions: [guard.topicArn] } : { alertEmails }),
      provider,
    });
  }

  /** In the region of IAM's events it mails through the response's topic; anywhere else through one that it makes there. */
  private guard(
    response: CredentialExfiltrationResponse,
    { guard, region, alertEmails, runbookUrl }: WorkshopSettings,
  ): RevocationGuard | undefined {
    const iamRegion = iamRegionFor(region);
    if (!guard || iamRegion === undefined) return undefined;
    const { functionRoleArn, topicArn } = response;
    return new RevocationGuard(this, "guard", {
      prefix: PREFIX,
      functionRoleArns: [functionRoleArn],
      runbookUrl,
      ...(iamRegion === region ? { topicArn } : { alertEmails, provider: this.providerIn(iamRegion, "iam") }),
    });
  }

  private revocableRoles(setting: WorkshopSettings["revocableRoles"]): RevocableRoles {
    if (setting !== "lab") return toRevocableRoles(setting);
    const { partition, accountId } = Place.of(this);
    return RevocableRoles.named(`arn:${partition}:iam::${accountId}:role/${LAB_ROLE_NAME}`);
  }
}
