import { architectureDiagram } from "../../scripts/architecture-diagram";
import { resourcesOf, workshopResources } from "../../scripts/workshop-resources";

const lines = (diagram: string): string[] => diagram.split("\n").map((line) => line.trim());

test("the diagram has what passes from the theft to the mail", () => {
  // WHEN
  const diagram = lines(architectureDiagram(workshopResources()));

  // THEN
  expect(diagram).toEqual(
    expect.arrayContaining([
      "box_instance -.->|credentials| thief",
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

test("every arrow leads from a box to a box", () => {
  // WHEN
  const diagram = lines(architectureDiagram(workshopResources()));

  // THEN
  const boxes = diagram.flatMap((line) => /^(\w+)(?:\[|\(\[)"/.exec(line)?.[1] ?? []);
  const ends = diagram.flatMap((line) => /^(\w+) -\.?->\|[^|]+\| (\w+)$/.exec(line)?.slice(1) ?? []);
  expect(new Set(boxes).size).toBe(boxes.length);
  expect(ends.filter((end) => !boxes.includes(end))).toEqual([]);
  expect(boxes.filter((box) => !ends.includes(box))).toEqual([]);
});

test("the diagram follows the configuration", () => {
  // WHEN
  const diagram = architectureDiagram(workshopResources({ detector: "none", alertEmails: [], revocableRoles: "any" }));

  // THEN
  expect(diagram).not.toMatch(/GuardDuty<br\/>detector|E-mail|attaches RevokeOldSessions/);
});

test("fails on a resource that nobody has said how to draw", () => {
  const resources = resourcesOf("stack", JSON.stringify({ resource: { aws_s3_bucket: { evidence: {} } } }));
  expect(() => architectureDiagram(resources)).toThrow(/how to draw aws_s3_bucket\.evidence/);
});

test("fails on a part of something that is not there", () => {
  const configuration = { resource: { aws_kms_alias: { alias: { target_key_id: "${aws_kms_key.gone.key_id}" } } } };
  const resources = resourcesOf("stack", JSON.stringify(configuration));
  expect(() => architectureDiagram(resources)).toThrow("aws_kms_alias.alias.target_key_id refers to no resource");
});
