import { parseFinding } from "../../../lambda/revoke-sessions/finding";
import { targetsOf } from "../../../lambda/revoke-sessions/target";
import {
  accessKeyId,
  FINDING_ID,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
  ROLE_NAME,
  type StolenCredential,
} from "../../support/finding";

const SUSPECT = { roleName: ROLE_NAME, roleId: ROLE_ID };
const DIGEST = /^[0-9A-F]{20}$/;

const targets = (scope: "role" | "session", options: FindingOptions = {}) =>
  targetsOf(parseFinding(findingEvent(options)), SUSPECT, scope);
const stolen = (number: number, session = instanceId(number)): StolenCredential => ({
  accessKeyId: accessKeyId(number),
  principalId: `${ROLE_ID}:${session}`,
});
const many = (count: number) => Array.from({ length: count }, (_, index) => stolen(index + 2));

describe("scope role", () => {
  test("is one policy for the role that remembers every stolen key once", () => {
    // GIVEN a finding that names one key twice
    const recentCredentials = [stolen(1), stolen(2), stolen(2)];
    // WHEN its targets are asked for THEN
    expect(targets("role", { recentCredentials })).toEqual({
      scope: "role",
      targets: [{ policyName: "RevokeOldSessions", marks: [accessKeyId(1), accessKeyId(2)] }],
      accessKeyIds: [accessKeyId(1), accessKeyId(2)],
    });
  });

  test("leaves out credentials of another role, which no policy of this one could deny", () => {
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: `AROAANOTHERROLE:${INSTANCE_ID}` }];
    expect(targets("role", { recentCredentials }).accessKeyIds).toEqual([accessKeyId(1)]);
  });

  test("counts credentials that do not say whose they are", () => {
    expect(targets("role", { recentCredentials: [{ accessKeyId: accessKeyId(2) }] }).accessKeyIds).toEqual([
      accessKeyId(1),
      accessKeyId(2),
    ]);
  });

  test("remembers a finding that names no key by the finding", () => {
    // GIVEN two findings without access keys
    const set = { "detail.resource.accessKeyDetails.accessKeyId": undefined };
    const [first, second] = [targets("role", { set }), targets("role", { set, id: "another" })];
    // WHEN their marks are compared THEN each has its own, and always the same
    expect(first).toMatchObject({ accessKeyIds: [], targets: [{ marks: [expect.stringMatching(DIGEST)] }] });
    expect(first.targets[0].marks).not.toEqual(second.targets[0].marks);
    expect(targets("role", { set, id: FINDING_ID })).toEqual(first);
  });

  test.each([
    ["A".repeat(16), true],
    ["A".repeat(24), true],
    ["A".repeat(15), false],
    ["A".repeat(25), false],
    ["ASIAinvented00000001", false],
    ["ASIA-INVENTED-000001", false],
    ['"}]}{"Statement":[{""', false],
  ])("remembers the key %s as itself: %s", (key, asItself) => {
    const [mark] = targets("role", { accessKeyId: key }).targets[0].marks;
    expect(mark).toEqual(asItself ? key : expect.stringMatching(DIGEST));
  });

  test("remembers forty keys one by one", () => {
    expect(targets("role", { recentCredentials: many(39) }).targets[0].marks).toEqual(
      Array.from({ length: 40 }, (_, index) => accessKeyId(index + 1)),
    );
  });

  test("remembers more than forty as forty marks, in whatever order they are listed", () => {
    // GIVEN a finding with forty-one keys
    const [inOrder, reversed, other] = [many(40), many(40).reverse(), [...many(39), stolen(99)]].map(
      (recentCredentials) => targets("role", { recentCredentials }).targets[0].marks,
    );
    // WHEN a repeat lists them otherwise THEN it is the same; with another key it is not
    expect(inOrder).toHaveLength(40);
    expect(inOrder!.slice(0, 39)).toEqual(Array.from({ length: 39 }, (_, index) => accessKeyId(index + 1)));
    expect(inOrder![39]).toMatch(DIGEST);
    expect(reversed).toEqual(inOrder);
    expect(other).not.toEqual(inOrder);
  });
});

describe("scope session", () => {
  test("is one policy for each robbed instance", () => {
    // GIVEN a finding about two sessions, one of them robbed twice
    const recentCredentials = [stolen(2), { ...stolen(3), principalId: `${ROLE_ID}:${INSTANCE_ID}` }];
    // WHEN its targets are asked for THEN each policy answers what was stolen from its instance
    expect(targets("session", { recentCredentials })).toEqual({
      scope: "session",
      targets: [
        {
          policyName: `RevokeOldSessions-${INSTANCE_ID}`,
          userId: `${ROLE_ID}:${INSTANCE_ID}`,
          marks: [accessKeyId(1), accessKeyId(3)],
        },
        {
          policyName: `RevokeOldSessions-${instanceId(2)}`,
          userId: `${ROLE_ID}:${instanceId(2)}`,
          marks: [accessKeyId(2)],
        },
      ],
      accessKeyIds: [accessKeyId(1), accessKeyId(2), accessKeyId(3)],
    });
  });

  test("leaves out instances that use another role", () => {
    const recentCredentials = [{ accessKeyId: accessKeyId(2), principalId: `AROAANOTHERROLE:${instanceId(2)}` }];
    expect(targets("session", { recentCredentials }).targets).toHaveLength(1);
  });

  test("holds for twenty instances", () => {
    expect(targets("session", { recentCredentials: many(19) })).toMatchObject({
      scope: "session",
      targets: { length: 20 },
    });
  });

  test.each<[string, FindingOptions]>([
    ["where a session is no instance's", { session: "alice@example.com" }],
    ["where one of several sessions is no instance's", { recentCredentials: [stolen(2, "deploy")] }],
    ["where one of several does not say whose it is", { recentCredentials: [{ accessKeyId: accessKeyId(2) }] }],
    ["where more were robbed than policies fit", { recentCredentials: many(20) }],
  ])("falls back to role %s", (_, options) => {
    expect(targets("session", options)).toMatchObject({
      scope: "role",
      targets: [{ policyName: "RevokeOldSessions" }],
    });
    expect(targets("session", options).targets).toHaveLength(1);
  });
});
