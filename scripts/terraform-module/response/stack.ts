import { App, TerraformOutput, TerraformStack } from "cdktf";

import { AlertTopic } from "../../../src/alerting/alert-topic";
import { CredentialExfiltrationResponse } from "../../../src/credential-exfiltration-response";
import { Detector } from "../../../src/detection/detector";
import type { ResponseMode, Scope } from "../../../src/contract/environment";
import { MemberAccounts } from "../../../src/revocation/member-accounts";
import { OutcomeDestination } from "../../../src/revocation/outcome-destination";
import { RevocableRoles } from "../../../src/revocation/revocable-roles";
import { preventTakeOver } from "../../../src/shared/take-over";
import { splice } from "../expression";
import { tagged } from "../tagged";
import { flag, list, number, text } from "../token";

/**
 * Everything that the module can make, wired to its inputs. It holds even what an input may leave out: the conditions that
 * `response/module.ts` adds let Terraform decide.
 */
export class ModuleStack extends TerraformStack {
  constructor() {
    super(new App(), "module");
    const detector = new Detector(this, "detector");
    const topic = new AlertTopic(this, "topic", {
      topicName: text("local.topic_name"),
      alertEmails: [text("each.value")],
    });
    topic.subscribe("subscriber", {
      protocol: text("each.value.protocol"),
      endpoint: text("each.value.endpoint"),
      rawMessageDelivery: flag("each.value.raw_message_delivery"),
      endpointAutoConfirms: flag("each.value.endpoint_auto_confirms"),
    });
    const response = new CredentialExfiltrationResponse(this, "response", {
      detector,
      topicArn: text("local.topic_arn"),
      topicKeyArn: text("local.topic_key_arn"),
      revocableRoles: RevocableRoles.anyOfEveryAccount(),
      // One item that stands for the whole variable; response/module.ts splices it in.
      protectedRoles: [text(splice("var.protected_role_arns"))],
      exemptTag: { key: text("var.exempt_tag.key"), value: text("var.exempt_tag.value") },
      findings: [text(splice("var.findings"))],
      response: text("var.response") as ResponseMode,
      scope: text("var.scope") as Scope,
      repeatScope: text("local.repeat_scope") as Scope,
      minimumSeverity: number("var.minimum_severity"),
      verifyAfterSeconds: number("var.verify_after_seconds"),
      runbookUrl: text("local.runbook"),
      activity: true,
      followSessions: true,
      events: true,
      eventBusArn: text("local.event_bus_arn"),
      alertSeverity: number("var.alert_severity"),
      alarms: true,
      alarmActions: list("local.alarm_actions"),
      dashboard: true,
      furtherRegions: true,
      members: MemberAccounts.ofOrganization(text("var.members.organization_id")),
      prefix: text("var.prefix"),
      ruleName: text("local.rule_name"),
      functionName: text("local.function_name"),
      functionRoleName: text("local.function_role_name"),
      runtime: text("var.runtime"),
      architecture: text("var.architecture"),
      memorySize: number("var.memory_size"),
      reservedConcurrency: number("var.reserved_concurrency"),
      logRetentionDays: number("var.log_retention_days"),
      permissionsBoundaryArn: text("var.permissions_boundary_arn"),
    });
    response.revoker.sendOutcomesTo(OutcomeDestination.eventBus(text("var.outcome_destination.arn")));
    response.grantRedrive("role", text("each.value"));
    // In the construct the topic is one of the response's own parts, which wait.
    preventTakeOver(topic, response.revoker.role);
    tagged(this);
    for (const [name, [value, description]] of Object.entries(outputs(response))) {
      new TerraformOutput(this, name, { value, description });
    }
  }
}

function outputs(response: CredentialExfiltrationResponse): Record<string, [value: string, description: string]> {
  return {
    topic_arn: [response.topicArn, "The topic that people are mailed through."],
    topic_key_arn: [
      text("local.topic_key_arn"),
      "The key that the topic is encrypted with; null if an existing topic has none.",
    ],
    rule_arn: [response.ruleArn, "The rule on stolen role credentials."],
    rule_name: [response.ruleName, "The rule's name: further targets can be added to it."],
    function_arn: [response.functionArn, "The function that revokes sessions."],
    function_name: [response.functionName, "The function's name."],
    function_role_arn: [
      response.functionRoleArn,
      "The function's role: the only one that may put the policy on roles.",
    ],
    log_group_name: [response.revoker.logGroupName, "The function's log: one JSON line for each outcome."],
    dead_letter_queue_arn: [response.deadLetterQueueArn, "The queue of findings that could not be handled."],
    dead_letter_queue_url: [
      response.failureQueue.resource.url,
      "The queue's URL, to look at it and to run what is in it again.",
    ],
    finding_bus_arn: [
      response.findingBusArn!,
      "The event bus that further regions forward their findings to; null unless `further_regions` is true.",
    ],
    detector_id: [response.detectorId!, "The detector that was created; null if none was."],
  };
}
