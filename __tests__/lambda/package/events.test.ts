import { type AwsCall } from "../../../local-aws/api/endpoint";
import { type Fault, faults } from "../../../local-aws/api/fault";
import { ACCOUNT_ID, findingEvent, REGION, ROLE_NAME } from "../../support/finding";
import { INCIDENT_SCHEMA } from "../../support/incident-schema";
import { mismatches } from "../../support/json-schema";
import { deployedZip, PackagedFunction } from "../../support/packaged-function";

jest.setTimeout(60_000);

const BUS = `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/default`;

let packaged: PackagedFunction;
beforeAll(async () => {
  packaged = await PackagedFunction.start({ zip: deployedZip(), environment: { EVENT_BUS_ARN: BUS } });
});
afterAll(() => packaged.stop());
beforeEach(() => {
  packaged.account.mails.length = 0;
  packaged.account.events.length = 0;
  packaged.endpoint.calls.length = 0;
  packaged.account.busArns.add(BUS);
  packaged.account.roles.get(ROLE_NAME)?.policies.clear();
  delete packaged.endpoint.hooks.fault;
});

const onPutEvents = (fault: (call: AwsCall) => Fault) => (call: AwsCall) =>
  call.action === "PutEvents" ? fault(call) : undefined;

/** The line of the log with a message. */
const logged = (output: string, message: string): Record<string, unknown> =>
  output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find((line) => line["message"] === message)!;

test("the zip puts the incident on the bus, after the write and the mail", async () => {
  // WHEN
  await packaged.invoke(findingEvent());

  // THEN
  const order = packaged.endpoint.calls.map(({ action }) => action);
  expect(order.filter((action) => ["PutRolePolicy", "Publish", "PutEvents"].includes(action))).toEqual([
    "PutRolePolicy",
    "Publish",
    "PutEvents",
  ]);
  const [event] = packaged.account.events;
  expect(event).toMatchObject({
    busArn: BUS,
    source: "guardduty-credential-response",
    detailType: "Stolen Credentials Incident",
    resources: [`arn:aws:iam::${ACCOUNT_ID}:role/${ROLE_NAME}`],
    detail: { outcome: "revoked", report: { subject: packaged.account.mails[0]!.subject } },
  });
  expect(mismatches(event!.detail, INCIDENT_SCHEMA)).toEqual([]);
});

test("a throttled bus is asked again", async () => {
  // GIVEN
  let calls = 0;
  packaged.endpoint.hooks.fault = (call) =>
    call.action === "PutEvents" && calls++ < 2 ? faults.throttled("events") : undefined;
  // WHEN
  const invocation = await packaged.invoke(findingEvent());
  // THEN
  expect(invocation).toMatchObject({ result: { event: "sent", needsPerson: false } });
  expect(packaged.account.events).toHaveLength(1);
});

test.each<[string, () => void, string]>([
  [
    "that the function may not use",
    () => (packaged.endpoint.hooks.fault = onPutEvents((call) => faults.accessDenied(call))),
    "AccessDeniedException",
  ],
  ["that is gone", () => packaged.account.busArns.clear(), "ResourceNotFoundException"],
])("a bus %s does not mail people again: the event is in the log", async (_, trouble, error) => {
  // GIVEN
  trouble();
  // WHEN
  const invocation = await packaged.invoke(findingEvent());
  // THEN Lambda sees no error, so nothing is tried again, and the alarm about what a person has to do is raised
  expect(invocation).toMatchObject({ kind: "returned", result: { event: "not-sent", needsPerson: true } });
  expect(packaged.account.mails).toHaveLength(1);
  const line = logged(invocation.stdout, "event not sent");
  expect(line).toMatchObject({ level: "ERROR", why: expect.stringContaining(error) });
  expect(mismatches(line["event"], INCIDENT_SCHEMA)).toEqual([]);
});
