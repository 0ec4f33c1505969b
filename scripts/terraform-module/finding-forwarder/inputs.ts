import { ARN } from "../../../src/shared/formats";
import { BUS_ARN, OWN_BUS_WORDS } from "../../../src/finding-forwarder";
import type { Input } from "../input";
import { INPUTS as OF_RESPONSE } from "../response/inputs";
import { each, matches, pattern } from "../validation";

const { alert_emails, prefix, runbook_url, tags, permissions_boundary_arn } = OF_RESPONSE;

/** The inputs, in the order in which the README lists them. */
export const INPUTS: Readonly<Record<string, Input>> = {
  finding_bus_arn: {
    type: "string",
    description:
      "ARN of the event bus that findings are forwarded to: the output `finding_bus_arn` of a response with `further_regions`, in another " +
      "region of the same account.",
    validation: [
      pattern("finding_bus_arn", { pattern: BUS_ARN, words: OWN_BUS_WORDS }),
      { condition: '!endswith(var.finding_bus_arn, "/default")', message: `finding_bus_arn must be ${OWN_BUS_WORDS}.` },
    ],
  },
  alert_emails: {
    ...alert_emails,
    description:
      "Who is mailed if a finding cannot be forwarded. Each address gets a mail to confirm first. Must be known when Terraform plans.",
  },
  alarm_actions: {
    type: "list(string)",
    description:
      "ARNs of what the alarms notify, in the forwarder's region. Null makes a topic, and a key that it is encrypted with.",
    default: null,
    validation: [
      each("alarm_actions", "var.alarm_actions", matches("item", ARN), "ARNs"),
      {
        condition: "length(var.alarm_actions) > 0",
        message: "alarm_actions must be the ARN of at least one topic, or left out.",
      },
    ],
  },
  runbook_url: {
    ...runbook_url,
    description: "Address of the runbook that alarms name. This project's own if it is null.",
  },
  prefix: { ...prefix, description: "The prefix of every name: 1 to 27 letters, digits or hyphens." },
  tags,
  permissions_boundary_arn: {
    ...permissions_boundary_arn,
    description: "ARN of the permissions boundary of the forwarder's role. Null sets none.",
  },
};
