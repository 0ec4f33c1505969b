import path from "node:path";

import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { GuarddutyDetector } from "@cdktf/provider-aws/lib/guardduty-detector";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { App, type TerraformStack, Testing } from "cdktf";

import { SecurityStack } from "../../examples/larger-stack/security-stack";
import { CredentialExfiltrationResponse, OutcomeDestination, RevocableRoles } from "../../src";
import { inHcl } from "../support/hcl";
import { statementsOf, Template } from "../support/template";
import { describeWithTerraform, terraform } from "../support/terraform";

const PROPS = {
  detectorId: "12abc34d567e8fa901bc2d34e56789f0",
  securityTopicArn: "arn:aws:sns:us-west-2:123456789012:security",
  securityKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  operationsTopicArn: "arn:aws:sns:us-west-2:123456789012:operations",
  onCallRoleName: "on-call",
};

/** Those of a list of blocks that an alias of the provider makes, and those that the default one makes. */
const ofProvider = <Block extends { provider?: string }>(blocks: readonly Block[], provider?: string): Block[] =>
  blocks.filter((block) => block.provider === provider);

describe("the larger stack of the examples", () => {
  const template = Template.of(new SecurityStack(Testing.app(), "security", PROPS));
  const permissions = () => template.all(IamRolePolicy).filter(({ name }) => name === "RevokeSessions");
  const ours = () => statementsOf(ofProvider(permissions())[0]!["policy"]);

  test("deploys to both regions, everything of the second one through its provider", () => {
    // THEN
    expect(ofProvider(template.all(LambdaFunction))).toHaveLength(1);
    expect(ofProvider(template.all(LambdaFunction), "aws.ireland")).toHaveLength(1);
    const irish = Object.entries(template.blocks).filter(([address]) =>
      /\.(response|place|detector)-ireland/.test(address),
    );
    expect(irish.length).toBeGreaterThan(15);
    expect(irish.filter(([, block]) => block["provider"] !== "aws.ireland")).toEqual([]);
  });

  test("makes no detector, and a topic only if none is given", () => {
    // THEN
    expect(template.all(GuarddutyDetector)).toEqual([]);
    expect(ofProvider(template.all(SnsTopic))).toEqual([]);
    expect(ofProvider(template.all(SnsTopic), "aws.ireland")).toHaveLength(1);
  });

  test("lets the function use the topic and the key that are given", () => {
    // THEN
    expect(ours()["Report"]!.Resource).toBe(PROPS.securityTopicArn);
    expect(ours()["EncryptReports"]!.Resource).toBe(PROPS.securityKeyArn);
  });

  test("sends findings to a further target, with the failure queue behind it", () => {
    // GIVEN
    const cases = template.all(CloudwatchEventTarget).find(({ target_id }) => target_id === "cases");

    // THEN
    expect(cases).toMatchObject({
      arn: expect.stringMatching(/^\$\{aws_sqs_queue\.cases\.arn\}$/),
      dead_letter_config: { arn: expect.stringContaining("failure-queue") },
    });
  });

  test("tells another team's topic about alarms", () => {
    // THEN
    const alarms = ofProvider(template.all(CloudwatchMetricAlarm));
    expect(alarms.map(({ alarm_actions }) => alarm_actions)).toEqual(alarms.map(() => [PROPS.operationsTopicArn]));
  });

  test("allows a role that is made elsewhere in the stack", () => {
    // THEN
    expect(ours()["RevokeNamedRoles"]!.Resource).toEqual(["${aws_iam_role.application.arn}"]);
    const [revoker] = ofProvider(template.all(LambdaFunction));
    expect(revoker!["environment"].variables.REVOCABLE_ROLES).toContain("${aws_iam_role.application.arn}");
  });

  test("sends outcomes to a bus, which the function may", () => {
    // THEN
    const [destinations] = ofProvider(template.all(LambdaFunctionEventInvokeConfig));
    expect(destinations!["destination_config"]).toMatchObject({
      on_success: { destination: "${aws_cloudwatch_event_bus.outcomes.arn}" },
      on_failure: { destination: expect.stringContaining("failure-queue") },
    });
    expect(ours()["SendOutcomes"]).toMatchObject({
      Action: "events:PutEvents",
      Resource: "${aws_cloudwatch_event_bus.outcomes.arn}",
    });
  });

  test("lets the people on call run again what failed, and nothing else", () => {
    // GIVEN
    const redrive = template.all(IamRolePolicy).find(({ role }) => role === PROPS.onCallRoleName);

    // WHEN
    const statements = statementsOf(redrive!["policy"]);

    // THEN
    expect(Object.keys(statements)).toEqual(["EmptyFailureQueue", "RunAgain"]);
    expect(statements["EmptyFailureQueue"]!.Resource).toContain("failure-queue");
    expect(statements["RunAgain"]).toMatchObject({ Action: "lambda:InvokeFunction" });
  });

  test("tells the topic that is made to one more subscriber, next to the people", () => {
    // THEN
    const subscribers = template
      .all(SnsTopicSubscription)
      .map(({ protocol, endpoint, provider }) => [protocol, endpoint, provider]);
    expect(subscribers).toEqual([
      ["email", "security@example.com", "aws.ireland"],
      ["https", "https://pager.example.com/guardduty", "aws.ireland"],
    ]);
  });

  test("tags whatever can carry tags", () => {
    // THEN
    const [revoker] = template.all(LambdaFunction);
    expect(revoker!["tags"]).toEqual({ Team: "security", CostCentre: "4711" });
    expect(template.all(SnsTopic)[0]!["tags"]).toEqual({ Team: "security", CostCentre: "4711" });
  });
});

describeWithTerraform("the larger stack of the examples, as Terraform", () => {
  const makeStack = (): TerraformStack => {
    const stack = new SecurityStack(Testing.app(), "security", PROPS);
    stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
    return stack;
  };

  test("is valid", () => {
    expect(Testing.fullSynth(makeStack())).toBeValidTerraform();
  }, 120_000);

  test("is valid in HCL", async () => {
    // GIVEN
    const app = inHcl(() => App.of(makeStack()));
    app.synth();
    const directory = path.join(app.outdir, "stacks", "security");

    // THEN
    await terraform(directory, ["init"]);
    await terraform(directory, ["validate"]);
  }, 120_000);
});

describe("sending outcomes", () => {
  test("throws when a second destination is added, and says what helps", () => {
    // GIVEN
    const queue = OutcomeDestination.queue("arn:aws:sqs:us-west-2:123456789012:outcomes");

    // WHEN
    const build = () =>
      Template.from((stack) => {
        const response = new CredentialExfiltrationResponse(stack, "response", {
          revocableRoles: RevocableRoles.anyOfAccount(),
        });
        response.revoker.sendOutcomesTo(queue);
        response.revoker.sendOutcomesTo(queue);
      });

    // THEN
    expect(build).toThrow(
      /response\/revoker: outcomes must have one destination.*received arn:aws:sqs.*name an event bus/s,
    );
  });
});
