import { AwsAccount } from "../../../local-aws/api/account";
import { sampleFinding } from "../../../local-aws/guardduty/sample-finding";
import { parseFindings } from "../../../lambda/revoke-sessions/finding";

const TYPE = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
const account = new AwsAccount({ accountId: "111122223333", region: "eu-west-1" });

test("a sample names nothing that exists, and keeps its id", () => {
  const [first] = parseFindings(sampleFinding(account, TYPE, new Date("2026-12-01T12:00:00Z")));
  const [again] = parseFindings(sampleFinding(account, TYPE, new Date("2026-12-01T13:00:00Z")));
  expect(first).toMatchObject({ type: TYPE, sample: true, accountId: "111122223333", region: "eu-west-1" });
  expect(again.id).toBe(first.id);
  expect(again.eventId).not.toBe(first.eventId);
});

test("throws for a type whose sample is not known", () => {
  expect(() => sampleFinding(account, "AttackSequence:IAM/CompromisedCredentials", new Date())).toThrow(
    "AttackSequence:IAM/CompromisedCredentials is not known to the local AWS",
  );
});
