import type { FunctionConfiguration } from "../../../lambda/revoke-sessions/configuration";
import { respond } from "../../../lambda/revoke-sessions/respond";
import type { PolicyDocument } from "../../../local-aws/iam/policy";
import { decide } from "../../../local-aws/iam/simulator";
import { configuration } from "../../support/configuration";
import {
  accessKeyId,
  ACCOUNT_ID,
  EVENT_TIME,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
  ROLE_NAME,
} from "../../support/finding";
import { dependenciesOf, MemoryAws } from "../../support/memory-aws";
import { assuming, at, lookedUp, otherRoleId } from "../../support/trail";

/** A session of a role, and when it was issued, in seconds from the finding. */
interface Session {
  readonly roleName: string;
  readonly userId: string;
  readonly issued: number;
}

const ROBBED = `${ROLE_ID}:${INSTANCE_ID}`;
const HEALTHY = `${ROLE_ID}:${instanceId(2)}`;
const stolen = (issued: number): Session => ({ roleName: ROLE_NAME, userId: ROBBED, issued });
const healthy = (issued: number): Session => ({ roleName: ROLE_NAME, userId: HEALTHY, issued });

let aws: MemoryAws;
beforeEach(() => {
  aws = new MemoryAws();
  aws.addRole();
});

/** Handles a theft that was seen some minutes after the first one. */
async function theft(minutes: number, options: FindingOptions, changed: Partial<FunctionConfiguration>): Promise<void> {
  const now = new Date(EVENT_TIME.getTime() + minutes * 60_000);
  await respond(
    findingEvent({ time: now, ...options }),
    dependenciesOf(aws, { configuration: configuration({ verifyAfterSeconds: 0, ...changed }), now: () => now }),
  );
}

/** What an independent reader of IAM's policies says to a call by a session whose role allows everything. */
async function answerTo({ roleName, userId, issued }: Session): Promise<string> {
  const attached = [...aws.roles.get(roleName)!.policies].map(([name, document]) => ({
    name,
    policy: JSON.parse(document) as PolicyDocument,
  }));
  const { effect } = await decide({
    principal: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${roleName}/${userId.split(":")[1]}`,
    action: "dynamodb:ListTables",
    resource: "*",
    accountId: ACCOUNT_ID,
    context: { "aws:userid": userId, "aws:TokenIssueTime": at(issued).toISOString() },
    identityPolicies: [
      { name: "all", policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] } },
      ...attached,
    ],
  });
  return effect;
}

test("nobody is denied before a finding", async () => {
  expect([await answerTo(stolen(-600)), await answerTo(healthy(-600))]).toEqual(["allowed", "allowed"]);
});

describe.each<{ scope: string; changed: Partial<FunctionConfiguration>; denied: Session[]; allowed: Session[] }>([
  {
    scope: "role",
    changed: { scope: "role" },
    denied: [stolen(-600), healthy(-600)],
    allowed: [stolen(60), healthy(60)],
  },
  {
    scope: "session",
    changed: { scope: "session" },
    denied: [stolen(-600)],
    allowed: [stolen(60), healthy(-600), healthy(60)],
  },
  {
    scope: "instance",
    changed: { scope: "instance" },
    denied: [stolen(-600), stolen(60), stolen(36 * 3_600)],
    allowed: [healthy(-600), healthy(60)],
  },
])("a theft in scope $scope", ({ changed, denied, allowed }) => {
  beforeEach(() => theft(0, {}, changed));

  test("denies the stolen sessions", async () => {
    expect(await Promise.all(denied.map(answerTo))).toEqual(denied.map(() => "explicitly denied"));
  });

  test("denies no other session", async () => {
    expect(await Promise.all(allowed.map(answerTo))).toEqual(allowed.map(() => "allowed"));
  });
});

describe("a second theft from the same instance, with repeatScope instance", () => {
  const CHANGED: Partial<FunctionConfiguration> = { scope: "role", repeatScope: "instance" };
  beforeEach(async () => {
    await theft(0, {}, CHANGED);
    await theft(20, { accessKeyId: accessKeyId(2), set: { id: "second theft" } }, CHANGED);
  });

  test("is dead on arrival from then on", async () => {
    expect(await answerTo(stolen(40 * 60))).toBe("explicitly denied");
  });

  test("is not noticed by another instance that has renewed its credentials since the first", async () => {
    expect(await answerTo(healthy(5 * 60))).toBe("allowed");
  });
});

describe("a session of another role that the stolen credentials started", () => {
  const ADMIN = "admin";
  const asAdmin = (name: string, issued: number): Session => ({
    roleName: ADMIN,
    userId: `${otherRoleId(ADMIN)}:${name}`,
    issued,
  });

  beforeEach(() => {
    aws.addRole({ name: ADMIN, path: "/team/", roleId: otherRoleId(ADMIN) });
    aws.activityOf = () => lookedUp([]);
    aws.activity = lookedUp([assuming(ADMIN)]);
  });

  test("is denied with followSessions, and nobody else who uses that role", async () => {
    // WHEN
    await theft(0, {}, { activity: true, followSessions: true });

    // THEN
    expect(await answerTo(asAdmin("thief", -300))).toBe("explicitly denied");
    expect(await answerTo(asAdmin("thief", 3_600))).toBe("allowed");
    expect(await answerTo(asAdmin("somebody else", -300))).toBe("allowed");
  });

  test("goes on without followSessions", async () => {
    await theft(0, {}, { activity: true });
    expect(await answerTo(asAdmin("thief", -300))).toBe("allowed");
  });
});
