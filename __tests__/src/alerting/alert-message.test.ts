import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";

import { ArnTarget, FailureQueue, FindingRule, type InputTransformer, ResponseMode } from "../../../src";
import { anyFindingMessage, credentialExfiltrationMessage } from "../../../src/alerting/alert-message";
import { Place } from "../../../src/shared/place";
import { Template } from "../../support/template";

/** EventBridge takes at most so many paths, and so many characters of template. */
const MAX_PATHS = 100;
const MAX_CHARACTERS = 8192;

function synthesize(message: (place: Place) => InputTransformer): { template: Template; transformer: any } {
  const template = Template.from((stack) => {
    const failureQueue = new FailureQueue(stack, "queue", { queueName: "not-handled" });
    const rule = new FindingRule(stack, "rule", { ruleName: "findings", description: "Findings", failureQueue });
    const topicArn = "arn:aws:sns:us-west-2:111122223333:alerts";
    rule.addTarget("topic", new ArnTarget(topicArn, { message: message(Place.of(stack)) }));
  });
  return { template, transformer: template.only(CloudwatchEventTarget)["input_transformer"] };
}

const MESSAGES: [string, (place: Place) => InputTransformer][] = [
  ["stolen credentials", (place) => credentialExfiltrationMessage(place, ResponseMode.REVOKE)],
  ["any finding", anyFindingMessage],
];

test.each(MESSAGES)("the mail about %s has many lines, each a JSON string of its own", (_, message) => {
  // WHEN
  const { transformer } = synthesize(message);

  // THEN
  const lines = (transformer.input_template as string).split("\n");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(/^"[^"\\]*"$|lookup\(/);
  expect(transformer.input_template.length).toBeLessThan(MAX_CHARACTERS);
});

test.each(MESSAGES)(
  "the mail about %s uses every path that it names, and names every path that it uses",
  (_, message) => {
    // WHEN
    const { transformer } = synthesize(message);

    // THEN
    const used = new Set([...transformer.input_template.matchAll(/<(\w+)>/g)].map(([, name]) => name));
    const named = Object.keys(transformer.input_paths);
    expect([...used].sort()).toEqual(named.sort());
    expect(named.length).toBeLessThanOrEqual(MAX_PATHS);
    expect(named.filter((name) => name.toLowerCase().startsWith("aws"))).toEqual([]);
  },
);

test.each(MESSAGES)("the mail about %s links to the console of the partition", (_, message) => {
  // WHEN
  const { template, transformer } = synthesize(message);

  // THEN
  const partition = template.dataReference(DataAwsPartition, "partition").slice(2, -1);
  expect(transformer.input_template).toContain(
    `, ${partition}, "console.aws.amazon.com")}/guardduty/home?region=<region>`,
  );
  for (const host of ["console.amazonaws-us-gov.com", "console.amazonaws.cn"]) {
    expect(transformer.input_template).toContain(host);
  }
});

test("the mail about stolen credentials says what is about to happen", () => {
  // WHEN
  const template = (response: ResponseMode) =>
    synthesize((place) => credentialExfiltrationMessage(place, response)).transformer.input_template;

  // THEN
  expect(template(ResponseMode.REVOKE)).toContain("whether the role's sessions were revoked");
  expect(template(ResponseMode.NOTIFY_ONLY)).toContain("only notifies");
  expect(template(ResponseMode.NOTIFY_ONLY)).not.toContain("sessions were revoked");
});
