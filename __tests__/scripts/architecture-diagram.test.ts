import { architectureDiagram } from "../../scripts/architecture-diagram";
import { resourcesOf, workshopResources } from "../../scripts/workshop-resources";

const lines = (diagram: string): string[] => diagram.split("\n").map((line) => line.trim());

const response = (settings = {}): string => architectureDiagram(workshopResources(settings), "guardduty-response");
const guard = (): string => architectureDiagram(workshopResources(), "guardduty-response", "aws.iam");
const lab = (): string => architectureDiagram(workshopResources(), "guardduty-lab");

test("the diagram of the response has what passes from the theft to the mail", () => {
  expect(lines(response())).toEqual(
    expect.arrayContaining([
      "thief -.->|API calls| box_detector",
      "box_detector -->|finding| box_response_rule",
      "box_response_rule -->|alert| box_response_topic",
      "box_response_rule -->|finding| box_response_revoker",
      "box_response_revoker_role -->|attaches RevokeOldSessions| box_instance_role",
      "box_response_revoker -->|report| box_response_topic",
      "box_response_revoker -->|not handled| box_response_failure_queue",
      "box_response_topic -->|mail| box_response_topic_email_securityexamplecom",
    ]),
  );
});

test("the diagram of the lab has the theft and what may revoke its role", () => {
  expect(lines(lab())).toEqual(
    expect.arrayContaining([
      "box_instance -.->|credentials| thief",
      "box_instance -->|runs as| box_instance_role",
      "box_response_revoker_role -->|attaches RevokeOldSessions| box_instance_role",
    ]),
  );
});

test("a box of another stack stands outside of the stack's frame", () => {
  const [inside = "", outside = ""] = lab().split("\n  end\n");
  expect(inside).not.toContain("box_response_revoker_role");
  expect(outside).toContain('box_response_revoker_role["IAM role<br/>GuardDuty-Example-Revoke-REGION"]');
  expect(outside).not.toContain("box_response_topic");
});

test.each([
  ["response", response],
  ["lab", lab],
  ["guard", guard],
])("every arrow of the %s leads from a box to a box", (_, diagramOf) => {
  // WHEN
  const diagram = lines(diagramOf());

  // THEN
  const boxes = diagram.flatMap((line) => /^(\w+)(?:\[|\(\[)"/.exec(line)?.[1] ?? []);
  const ends = diagram.flatMap((line) => /^(\w+) -\.?->\|[^|]+\| (\w+)$/.exec(line)?.slice(1) ?? []);
  expect(new Set(boxes).size).toBe(boxes.length);
  expect(ends.filter((end) => !boxes.includes(end))).toEqual([]);
  expect(boxes.filter((box) => !ends.includes(box))).toEqual([]);
});

test("the alarms of a stack are one box, which counts them", () => {
  const alarms = workshopResources({ guard: false }).filter(({ type }) => type === "aws_cloudwatch_metric_alarm");
  expect(response()).toContain(`["CloudWatch<br/>${alarms.length} alarms"]`);
  expect(response().match(/alarms"\]/g)).toHaveLength(1);
});

test("the diagram follows the configuration", () => {
  const diagram = response({ detector: "none", alertEmails: [], revocableRoles: "any" });
  expect(diagram).not.toMatch(/GuardDuty<br\/>detector|E-mail|attaches RevokeOldSessions|Thief/);
});

test("throws when nobody has said how to draw a resource", () => {
  const resources = resourcesOf("stack", JSON.stringify({ resource: { aws_s3_bucket: { evidence: {} } } }));
  expect(() => architectureDiagram(resources, "stack")).toThrow(/how to draw aws_s3_bucket\.evidence/);
});

test("throws when a part belongs to something that is not there", () => {
  const configuration = { resource: { aws_kms_alias: { alias: { target_key_id: "${aws_kms_key.gone.key_id}" } } } };
  const resources = resourcesOf("stack", JSON.stringify(configuration));
  expect(() => architectureDiagram(resources, "stack")).toThrow(
    "aws_kms_alias.alias.target_key_id refers to no resource",
  );
});

describe("the diagram of the guard", () => {
  test("has what passes from a call to IAM to the mail", () => {
    expect(lines(guard())).toEqual(
      expect.arrayContaining([
        "iam -->|calls| box_guard_changed",
        "iam -->|calls| box_guard_refused",
        "box_guard_changed -->|alert| box_guard_topic",
        "box_guard_refused -->|undeliverable| box_guard_failure_queue",
        "box_guard_topic -->|mail| box_guard_topic_email_securityexamplecom",
      ]),
    );
  });

  test("and that of the response share no box", () => {
    expect(guard()).not.toContain("box_response");
    expect(response()).not.toContain("box_guard");
  });
});

test("every provider of the workshop is drawn, so that nothing is left out unseen", () => {
  expect(new Set(workshopResources().map(({ block }) => block["provider"]))).toEqual(new Set([undefined, "aws.iam"]));
});
