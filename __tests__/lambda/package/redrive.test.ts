import { readFileSync } from "node:fs";
import { join } from "node:path";

import { faults } from "../../../local-aws/api/fault";
import type { FailureRecord } from "../../support/asynchronous-invocation";
import { ACCOUNT_ID, findingEvent, ROLE_NAME } from "../../support/finding";
import { deployedZip, PackagedFunction } from "../../support/packaged-function";

jest.setTimeout(60_000);

const GUIDE = readFileSync(join(__dirname, "../../../docs/redrive.md"), "utf8");
const REVOKED = "GuardDuty: Sessions revoked: role web, 111122223333 us-west-2";

let packaged: PackagedFunction;
beforeAll(async () => {
  packaged = await PackagedFunction.start({ zip: deployedZip() });
});
afterAll(() => packaged.stop());
beforeEach(() => {
  packaged.account.mails.length = 0;
  packaged.account.roles.get(ROLE_NAME)?.policies.clear();
  delete packaged.endpoint.hooks.fault;
});

/** What the guide takes out of a message's body to invoke the function with: `jq '.requestPayload // .'`. */
function payloadOf(body: string): unknown {
  const message = JSON.parse(body) as Partial<FailureRecord>;
  return message.requestPayload ?? message;
}

/** The body of the message that is left in the queue when the function fails three times. */
async function leftInQueue(event: unknown): Promise<string> {
  const end = await packaged.deliver(event);
  if (!("failure" in end)) throw new Error(`the function did not fail: ${JSON.stringify(end.result)}`);
  return JSON.stringify(end.failure);
}

test("what a failed revocation leaves in the queue is enough to revoke later", async () => {
  // GIVEN an IAM that refuses every write in a way that the function does not know
  packaged.endpoint.hooks.fault = ({ action }) => (action === "PutRolePolicy" ? faults.topicRejected() : undefined);
  const body = await leftInQueue(findingEvent());
  delete packaged.endpoint.hooks.fault;
  // WHEN the message is run again
  const invocation = await packaged.invoke(payloadOf(body));
  // THEN
  expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked" } });
  expect(packaged.account.mails).toMatchObject([{ subject: REVOKED }]);
});

test("what a mail that could not be sent leaves in the queue sends it later, and cuts no healthy session again", async () => {
  // GIVEN a topic that takes no mail, so that the policy is attached and nobody was told
  packaged.endpoint.hooks.fault = ({ action }) => (action === "Publish" ? faults.topicRejected() : undefined);
  const body = await leftInQueue(findingEvent());
  delete packaged.endpoint.hooks.fault;
  const attached = packaged.account.policy(ROLE_NAME, "RevokeOldSessions");
  expect(attached).toBeDefined();
  // WHEN the message is run again
  const invocation = await packaged.invoke(payloadOf(body));
  // THEN
  expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "already-revoked" } });
  expect(packaged.account.mails).toMatchObject([{ subject: REVOKED }]);
  expect(packaged.account.policy(ROLE_NAME, "RevokeOldSessions")).toEqual(attached);
});

test("the mail carries what subscribers filter by", async () => {
  // WHEN
  await packaged.invoke(findingEvent());
  // THEN
  expect(packaged.account.mails[0]?.attributes).toEqual({
    outcome: { type: "String", value: "revoked" },
    severity: { type: "Number", value: "8" },
    account: { type: "String", value: ACCOUNT_ID },
    "needs-a-person": { type: "String", value: "false" },
  });
});

test("what EventBridge could not deliver is the event itself, and runs as it is", async () => {
  // GIVEN a message of EventBridge's dead letters
  const body = JSON.stringify(findingEvent());
  // WHEN it is run THEN
  expect(await packaged.invoke(payloadOf(body))).toMatchObject({ kind: "returned", result: { outcome: "revoked" } });
});

test("does not run an event again that is not a finding, and says so", async () => {
  const body = await leftInQueue({ Records: [] });
  const { responsePayload } = JSON.parse(body) as FailureRecord;
  expect(responsePayload).toMatchObject({
    errorType: "InvalidEventError",
    errorMessage: expect.stringContaining("as an SNS topic or a queue delivers it"),
  });
  expect(await packaged.invoke(payloadOf(body))).toMatchObject({ kind: "threw", error: { name: "InvalidEventError" } });
});

test("the guide takes the event out of both kinds of message as this test does", () => {
  expect(GUIDE).toContain("jq '.requestPayload // .'");
});
