import { parseFindings } from "../../../lambda/revoke-sessions/finding";
import { digestOf } from "../../../lambda/revoke-sessions/memory";
import { instanceTargets, roleTargets } from "../../../lambda/revoke-sessions/target";
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

const CLAIMED = { roleName: ROLE_NAME, roleId: ROLE_ID };
const OTHER_ROLE = { accessKeyId: accessKeyId(9), principalId: `AROAANOTHERROLE:${INSTANCE_ID}` };

const forRole = (options: FindingOptions = {}) => roleTargets(parseFindings(findingEvent(options))[0], CLAIMED);
const forSessions = (options: FindingOptions = {}) =>
  instanceTargets(parseFindings(findingEvent(options))[0], CLAIMED, "session");
const stolen = (number: number, session = instanceId(number)): StolenCredential => ({
  accessKeyId: accessKeyId(number),
  principalId: `${ROLE_ID}:${session}`,
});
const many = (count: number) => Array.from({ length: count }, (_, index) => stolen(index + 2));
const keys = (...numbers: number[]) => numbers.map((number) => digestOf(accessKeyId(number)));

describe("scope role", () => {
  test("is one policy for the role that covers every stolen key once", () => {
    // GIVEN a finding that names one key twice
    const recentCredentials = [stolen(1), stolen(2), stolen(2)];
    // WHEN its targets are asked for
    const { targets, ...rest } = forRole({ recentCredentials });
    // THEN
    expect(rest).toEqual({ scope: "role", accessKeyIds: [accessKeyId(1), accessKeyId(2)], foreign: [] });
    expect(targets).toMatchObject([{ policyName: "RevokeOldSessions", stolen: keys(1, 2), foreign: [] }]);
    expect(targets[0].userId).toBeUndefined();
  });

  test.each<[string, StolenCredential]>([
    ["of another role", OTHER_ROLE],
    ["of a user", { accessKeyId: "AKIAINVENTED00000002", principalId: "AIDAINVENTEDUSER00001" }],
    ["that only a user can have", { accessKeyId: "AKIAINVENTED00000002" }],
    ["of somebody", { accessKeyId: accessKeyId(2), principalId: "somebody" }],
  ])("leaves out credentials %s, which no policy on this role could deny, and names them", (_, credential) => {
    const { accessKeyIds, foreign, targets } = forRole({ recentCredentials: [credential, credential] });
    expect(accessKeyIds).toEqual([accessKeyId(1)]);
    expect(foreign).toEqual([credential]);
    expect(targets).toMatchObject([{ stolen: keys(1), foreign: [digestOf(credential.accessKeyId!)] }]);
  });

  test("counts credentials that do not say whose they are", () => {
    expect(forRole({ recentCredentials: [{ accessKeyId: accessKeyId(2) }] }).accessKeyIds).toEqual([
      accessKeyId(1),
      accessKeyId(2),
    ]);
  });

  test("knows credentials without a key by their session in the finding", () => {
    // GIVEN two findings without access keys
    const set = { "detail.resource.accessKeyDetails.accessKeyId": undefined };
    const [first, second] = [forRole({ set }), forRole({ set, id: "another" })];
    // WHEN they are compared THEN each has its own digest, and always the same
    expect(first.accessKeyIds).toEqual([]);
    expect(first.targets[0].stolen).toEqual([digestOf(`${FINDING_ID} ${ROLE_ID}:${INSTANCE_ID}`)]);
    expect(first.targets[0].stolen).not.toEqual(second.targets[0].stolen);
  });

  test("remembers the compromised instances' sessions, but not those of people", () => {
    const recentCredentials = [stolen(2), stolen(3, "alice")];
    expect(forRole({ recentCredentials }).targets[0].sessions).toEqual(
      [INSTANCE_ID, instanceId(2)].map((session) => digestOf(`${ROLE_ID}:${session}`)),
    );
  });

  test("knows the event from a repeat of the same finding", () => {
    const event = ({ targets: [{ event: digest }] }: ReturnType<typeof forRole>) => digest;
    expect(event(forRole())).toBe(event(forRole()));
    expect(event(forRole())).not.toBe(event(forRole({ time: new Date("2026-03-01T12:15:00Z") })));
  });

  test("remembers 120 credentials one by one", () => {
    expect(forRole({ recentCredentials: many(119) }).targets[0].stolen).toEqual(
      keys(...Array.from({ length: 120 }, (_, index) => index + 1)),
    );
  });

  test("remembers more as 120, in whatever order they are listed", () => {
    // GIVEN a finding with 121 keys
    const [inOrder, reversed, other] = [many(120), many(120).reverse(), [...many(119), stolen(999)]].map(
      (recentCredentials) => forRole({ recentCredentials }).targets[0].stolen,
    );
    // WHEN a repeat lists them otherwise THEN it is the same; with another key it is not
    expect(inOrder).toHaveLength(120);
    expect(reversed).toEqual(inOrder);
    expect(other).not.toEqual(inOrder);
  });
});

describe("scope session", () => {
  test("is one policy for each compromised instance", () => {
    // GIVEN a finding about two sessions, from one of which two keys were stolen
    const recentCredentials = [stolen(2), { ...stolen(3), principalId: `${ROLE_ID}:${INSTANCE_ID}` }];
    // WHEN its targets are asked for THEN each policy covers what was stolen from its instance
    expect(forSessions({ recentCredentials })).toMatchObject({
      scope: "session",
      targets: [
        { policyName: `RevokeOldSessions-${INSTANCE_ID}`, userId: `${ROLE_ID}:${INSTANCE_ID}`, stolen: keys(1, 3) },
        { policyName: `RevokeOldSessions-${instanceId(2)}`, userId: `${ROLE_ID}:${instanceId(2)}`, stolen: keys(2) },
      ],
      accessKeyIds: [accessKeyId(1), accessKeyId(2), accessKeyId(3)],
    });
  });

  test("remembers credentials of other principals in the first of its policies", () => {
    const recentCredentials = [stolen(2), OTHER_ROLE];
    expect(forSessions({ recentCredentials })).toMatchObject({
      targets: [{ foreign: keys(9) }, { foreign: [] }],
      foreign: [OTHER_ROLE],
    });
  });

  test("holds for twenty instances", () => {
    expect(forSessions({ recentCredentials: many(19) })?.targets).toHaveLength(20);
  });

  test.each<[string, FindingOptions]>([
    ["a session does not belong to an instance", { session: "alice@example.com" }],
    ["one of several sessions does not belong to an instance", { recentCredentials: [stolen(2, "deploy")] }],
    ["one of several does not say whose it is", { recentCredentials: [{ accessKeyId: accessKeyId(2) }] }],
    ["more instances are compromised than policies fit", { recentCredentials: many(20) }],
  ])("does not do if %s", (_, options) => {
    expect(forSessions(options)).toBeUndefined();
  });
});
