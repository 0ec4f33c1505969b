import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";

import {
  CredentialExfiltrationResponse,
  MemberAccounts,
  OutcomeMetrics,
  ResponseDashboard,
  RevocableRoles,
} from "../../../src";
import { OUTCOME_MESSAGE } from "../../../src/contract/outcome-line";
import { NOT_REVOKED_REASONS } from "../../../src/contract/reasons";
import { emittedMetrics } from "../../support/emitted-metrics";
import { OUTCOME_LINES } from "../../support/outcome-lines";
import { Template } from "../../support/template";

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly metrics?: [...string[], object][]; readonly query?: string; readonly region: string };
}

const response = (dashboard?: boolean, members?: MemberAccounts): Template =>
  Template.from((stack) => {
    const revocableRoles = RevocableRoles.withPath("/application/");
    new CredentialExfiltrationResponse(stack, "response", { revocableRoles, topicArn: TOPIC, dashboard, members });
  });
const MEMBERS = MemberAccounts.ofOrganization("o-a1b2c3d4e5");
const TOPIC = "arn:aws:sns:us-west-2:111122223333:alerts";

const widgetsOf = (template: Template): Widget[] =>
  JSON.parse(template.only(CloudwatchDashboard)["dashboard_body"]).widgets as Widget[];

const shown = (template: Template): string[] =>
  widgetsOf(template).flatMap(({ properties }) =>
    (properties.metrics ?? []).map((metric) => metric.slice(0, -1).join(" ")),
  );

describe("the dashboard", () => {
  test("shows only metrics that something emits", () => {
    // WHEN
    const template = response(true);

    // THEN
    const known = emittedMetrics(template);
    expect(shown(template).filter((metric) => !known.has(metric))).toEqual([]);
    expect(shown(template).length).toBeGreaterThan(20);
  });

  test("shows every metric that is made of the log", () => {
    // WHEN
    const template = response(true, MEMBERS);

    // THEN
    const isOwn = (metric: string) => !metric.startsWith("AWS/");
    expect(new Set(shown(template).filter(isOwn))).toEqual(new Set([...emittedMetrics(template)].filter(isOwn)));
  });

  test("does not pass when a metric is one that nothing emits", () => {
    // GIVEN a dashboard over a function, a rule and a queue that the stack does not have
    const none = { ruleName: "none", functionName: "none", logGroupName: "none", queueName: "none" };
    const template = Template.from((stack) => {
      const metrics = new OutcomeMetrics(stack, "metrics", { namespace: "Test", logGroupName: "none" });
      new ResponseDashboard(stack, "dashboard", { namePrefix: "Test", metrics, ...none });
    });

    // WHEN
    const known = emittedMetrics(template);

    // THEN
    expect(shown(template).filter((metric) => !known.has(metric))).toContain(
      "AWS/SQS ApproximateAgeOfOldestMessage QueueName none",
    );
  });

  test("shows a line for each reason that the function knows", () => {
    // WHEN
    const known = shown(response(true, MEMBERS));

    // THEN
    for (const reason of NOT_REVOKED_REASONS) {
      expect(known.filter((metric) => metric.endsWith(`NotRevokedByReason Reason ${reason}`))).toHaveLength(1);
    }
  });

  test("has no line for what happens with members only, if there are none", () => {
    expect(shown(response(true)).filter((metric) => metric.includes("member-role-refused"))).toEqual([]);
  });

  test.each(["TriggeredRules", "FailedInvocations", "InvocationsFailedToBeSentToDlq"])(
    "shows %s of every rule that sends findings to the function",
    (metric) => {
      // WHEN
      const template = Template.from((stack) => {
        new CredentialExfiltrationResponse(stack, "response", {
          revocableRoles: RevocableRoles.withPath("/application/"),
          topicArn: TOPIC,
          dashboard: true,
          findings: ["AttackSequence:IAM/CompromisedCredentials"],
          furtherRegions: true,
          alertSeverity: 4,
        });
      });

      // THEN
      const bus = `EventBusName ${template.reference(CloudwatchEventBus, "name")} `;
      expect(shown(template).filter((line) => line.startsWith(`AWS/Events ${metric} `))).toEqual(
        [
          "RuleName GuardDuty-Response-CredentialExfiltration",
          "RuleName GuardDuty-Response-FurtherFindings",
          `${bus}RuleName GuardDuty-Response-ForwardedCredentialExfiltration`,
          `${bus}RuleName GuardDuty-Response-ForwardedFurtherFindings`,
        ].map((dimensions) => `AWS/Events ${metric} ${dimensions}`),
      );
    },
  );

  test("shows one rule if there is no other", () => {
    expect(shown(response(true)).filter((line) => line.startsWith("AWS/Events TriggeredRules"))).toHaveLength(1);
  });

  test("reads the log of the function, in the region that it is in", () => {
    // WHEN
    const template = response(true);

    // THEN
    const logGroup = template.all(CloudwatchLogMetricFilter)[0]!["log_group_name"];
    expect(logGroup).toMatch(/^\$\{aws_cloudwatch_log_group\..+\.name\}$/);
    const [log] = widgetsOf(template).filter(({ type }) => type === "log");
    expect(log?.properties.query).toContain(`SOURCE '${logGroup}'`);
    expect(new Set(widgetsOf(template).map(({ properties }) => properties.region)).size).toBe(1);
  });

  test("lists the lines that the function logs for findings", () => {
    // WHEN
    const [log] = widgetsOf(response(true)).filter(({ type }) => type === "log");

    // THEN
    expect(log?.properties.query).toContain(`filter message = "${OUTCOME_MESSAGE}"`);
    expect(JSON.parse(OUTCOME_LINES.revoked)).toMatchObject({ message: OUTCOME_MESSAGE });
  });

  test("has no widgets that lie on each other or beside the page", () => {
    const cells = widgetsOf(response(true)).flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, cell) => `${x + (cell % width)}/${y + Math.floor(cell / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.filter((cell) => Number(cell.split("/")[0]) >= 24)).toEqual([]);
  });

  test("is not made unless asked for", () => {
    expect(response().counts).not.toHaveProperty("aws_cloudwatch_dashboard");
  });
});
