import { App, TerraformOutput, TerraformStack } from "cdktf";

import { everybodyHasConfirmed } from "../../../src/alerting/confirmation-check";
import { DEFAULTS } from "../../../src/contract/defaults";
import { FindingForwarder } from "../../../src/finding-forwarder";
import type { Block } from "../../block";
import { assembled, MADE_FIRST, type TerraformModule } from "../assemble";
import { template } from "../expression";
import { NamedBlocks } from "../named-blocks";
import { tagged } from "../tagged";
import { text } from "../token";
import { INPUTS } from "./inputs";

const MAIN = "forwarder";
const TOPIC_IS_MADE = "var.alarm_actions == null";

class FindingForwarderStack extends TerraformStack {
  constructor() {
    super(new App(), "module");
    const forwarder = new FindingForwarder(this, MAIN, {
      to: { findingBusArn: text("var.finding_bus_arn") },
      alertEmails: [text("each.value")],
      permissionsBoundaryArn: text("var.permissions_boundary_arn"),
      runbookUrl: text("local.runbook"),
      prefix: text("var.prefix"),
    });
    tagged(this);
    const outputs = {
      topic_arn: [
        forwarder.topic!.topicArn,
        "The topic that people are mailed through; null if `alarm_actions` is given.",
      ],
      rule_arn: [forwarder.rule.ruleArn, "The rule on every finding of the region."],
      rule_name: [forwarder.rule.ruleName, "The rule's name: further targets can be added to it."],
      role_arn: [forwarder.roleArn, "The role by which EventBridge sends findings to the bus."],
      dead_letter_queue_arn: [forwarder.failureQueue.queueArn, "The queue of findings that could not be forwarded."],
      dead_letter_queue_url: [
        forwarder.failureQueue.resource.url,
        "The queue's URL, to look at it and to run what is in it again.",
      ],
    };
    for (const [name, [value, description]] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { value, description });
    }
  }
}

const SOMEBODY_IS_MAILED = {
  condition: template(`${TOPIC_IS_MADE} ? length(var.alert_emails) > 0 : true`),
  error_message:
    "There are no alert_emails: nobody is mailed about findings that cannot be forwarded until somebody subscribes to the topic.",
};

/** What only several inputs together, or the place, can say. */
const PRECONDITIONS = [
  [
    `${TOPIC_IS_MADE} || length(var.alert_emails) == 0`,
    "alert_emails must be empty if alarm_actions is given: subscribe the addresses where those topics are made.",
  ],
  [
    'alltrue([for arn in coalesce(var.alarm_actions, []) : split(":", arn)[3] == local.region])',
    "alarm_actions must be in the forwarder's region.",
  ],
].map(([condition, message]) => ({ condition: template(condition!), error_message: message }));

/** The module that makes what {@link FindingForwarder} makes. */
export function findingForwarderModule(): TerraformModule {
  const stack = new FindingForwarderStack();
  const blocks = new NamedBlocks(stack.toTerraform() as Block, MAIN);
  for (const block of blocks.paths.map((path) => blocks.at(path))) {
    for (const actions of ["alarm_actions", "ok_actions"]) {
      if (actions in block) block[actions] = template("local.alarm_actions");
    }
  }
  blocks.at(`${MAIN}/rule`)["lifecycle"]["precondition"].push(...PRECONDITIONS);
  return assembled({
    stack,
    blocks,
    main: MAIN,
    inputs: INPUTS,
    locals: {
      runbook: { value: `var.runbook_url == null ? ${JSON.stringify(DEFAULTS.runbook)} : var.runbook_url` },
      alarm_actions: {
        value: `${TOPIC_IS_MADE} ? [one(aws_sns_topic.topic[*].arn)] : var.alarm_actions`,
        comment: "What is made, or what exists.",
      },
      subscriptions: { value: "values(aws_sns_topic_subscription.topic_email)" },
    },
    conditions: { [`${MAIN}/topic`]: TOPIC_IS_MADE },
    repeated: { [`${MAIN}/topic/email-0`]: `${TOPIC_IS_MADE} ? toset(var.alert_emails) : toset([])` },
    remarks: {
      [`${MAIN}/role`]: MADE_FIRST,
      [`${MAIN}/rule/bus`]: "The role's ARN by way of its policy: the rule must not send before the role may.",
    },
    checks: {
      somebody_is_mailed: { assert: SOMEBODY_IS_MAILED },
      everybody_has_confirmed: { assert: everybodyHasConfirmed("local.subscriptions") },
    },
  });
}
