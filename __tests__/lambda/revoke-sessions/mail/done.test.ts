import type { Verification } from "../../../../lambda/revoke-sessions/incident";
import { done, refusedAll } from "../../../../lambda/revoke-sessions/mail/done";
import { FOREVER } from "../../../../lambda/revoke-sessions/policy";
import { accessKeyId, type FindingOptions, INSTANCE_ID, instanceId, ROLE_ID } from "../../../support/finding";
import {
  CUTOFF,
  ofAnotherRole,
  planFor,
  prose,
  refused,
  revoked,
  ROLE,
  stolenFrom,
  trust,
} from "../../../support/incident";

const SESSION = { scope: "session" } as const;
const VERIFIED = "Verified: read back 10 s later, it was in place.";
const DENIED =
  "The inline policy RevokeOldSessions denies every session of the role issued before 2026-03-01T12:00:40Z.";

describe("what a revocation did", () => {
  test("is told in scope role", () => {
    expect(prose(done(revoked()))).toBe(`${DENIED} ${VERIFIED}`);
  });

  test("is told in scope session, policy by policy", () => {
    expect(prose(done(revoked({ recentCredentials: [stolenFrom(2)] }, {}, SESSION)))).toBe(
      [INSTANCE_ID, instanceId(2)]
        .map(
          (id) =>
            `The inline policy RevokeOldSessions-${id} denies the session ${ROLE_ID}:${id} issued before 2026-03-01T12:00:40Z. `,
        )
        .join("") + VERIFIED,
    );
  });

  test("is told in scope instance, with who lifts it", () => {
    expect(prose(done(revoked({}, { cutoff: FOREVER }, { scope: "instance" })))).toBe(
      `The inline policy RevokeAllSessions-${INSTANCE_ID} denies the session ${ROLE_ID}:${INSTANCE_ID}, whenever issued. That ` +
        "is a lock: credentials that are stolen from the instance from now on are dead as well. It holds until a person lifts " +
        `it. ${VERIFIED}`,
    );
  });

  test("is told if an instance should have been locked", () => {
    expect(prose(done(revoked({ session: "deploy" }, { asked: "instance" })))).toMatch(
      /^This deployment locks single instances, but here all sessions of the role are denied: one of the stolen sessions is not an instance's\./,
    );
  });

  test("is nothing, if all was denied already", () => {
    expect(prose(done(revoked({}, { moved: false })))).toBe(
      "Nothing was cut again: the stolen credentials were denied already before this finding. They were made out of " +
        "sessions, or belong to sessions, that were issued before the cut-off. The policy now remembers them. " +
        `${DENIED} ${VERIFIED}`,
    );
  });

  test("is nothing, and not even remembered, if the role had no room for it", () => {
    expect(prose(done(revoked({}, { moved: false, writtenAt: undefined })))).toContain(
      "issued before the cut-off. The role has no room to remember them. The inline policy",
    );
  });

  test("is nothing new, if only sessions are that they started", () => {
    expect(prose(done(revoked({}, { moved: false, isRepeat: true })))).toBe(
      "The stolen credentials were denied and reported before. This mail is about sessions that they started, of which " +
        `CloudTrail tells now: see WHAT THE KEYS WERE USED FOR. ${DENIED} ${VERIFIED}`,
    );
  });

  test("is told of credentials that lived on after an earlier one", () => {
    expect(prose(done(revoked({}, { distrusted: true })))).toBe(
      "The credentials were seen alive after the cut-off that should have ended them: the earlier policy did not hold, or " +
        "somebody planted it. The cut-off was moved. Find out in CloudTrail who wrote it (PutRolePolicy). " +
        `${DENIED} ${VERIFIED}`,
    );
  });
});

describe("all sessions are denied though single ones were asked for", () => {
  const twentyOne = Array.from({ length: 20 }, (_, index) => stolenFrom(index + 2));
  const selfTrust = { ...ROLE, trust: trust({ principals: [ROLE.arn] }) };
  /** A revocation of the whole role in spite of the scope. */
  const widened = (options: FindingOptions, changed = {}) => {
    const incident = revoked(options, changed, SESSION);
    return { ...incident, plan: planFor(incident.finding) };
  };

  test.each<[string, FindingOptions, object]>([
    ["one of the stolen sessions is not an instance's", { session: "deploy" }, {}],
    ["one of the stolen sessions is not an instance's", { recentCredentials: [{ accessKeyId: accessKeyId(2) }] }, {}],
    ["too many sessions were stolen", { recentCredentials: twentyOne }, {}],
    ["too many sessions were stolen", { recentCredentials: [...twentyOne, ofAnotherRole(40)] }, {}],
    [
      "too many sessions were stolen",
      { recentCredentials: [...twentyOne, { principalId: "AROAINVENTEDOTHER0041:deploy" }] },
      {},
    ],
    ["the role may assume itself, so the thief may have sessions of other names", {}, { role: selfTrust }],
    [
      "the role may assume itself, so the thief may have sessions of other names",
      { session: "deploy" },
      { role: selfTrust },
    ],
    ["the role has no room for more policies", {}, {}],
  ])("because %s", (why, options, changed) => {
    expect(prose(done(widened(options, changed)))).toBe(
      `This deployment revokes single sessions, but here all sessions of the role are denied: ${why}. ${DENIED} ${VERIFIED}`,
    );
  });

  test("because they were before", () => {
    expect(prose(done(widened({}, { moved: false })))).toMatch(
      /^This deployment revokes single sessions, but here all sessions of the role are denied: a policy that denies all of them was in place already\. Nothing was cut again/,
    );
  });

  test("but not if all were asked for, or single ones are denied", () => {
    expect(prose(done(revoked({ session: "deploy" })))).toMatch(/^The inline/);
    expect(prose(done(revoked({}, {}, SESSION)))).toMatch(/^The inline/);
  });
});

describe("somebody else's denial of new sessions", () => {
  test.each([
    ["9999-12-31T23:59:59Z", "for good", "denies every session of the role, whenever issued."],
    ["2026-04-01T00:00:00Z", "until 2026-04-01T00:00:00Z", "of the role issued before 2026-04-01T00:00:00Z."],
  ])("until %s is named as what keeps the application down", (cutoff, until, denied) => {
    const text = prose(done(revoked({}, { cutoff: new Date(cutoff) })));
    expect(text).toContain(denied);
    expect(text).toContain(
      `${VERIFIED} SOMEBODY ELSE DENIES NEW SESSIONS TOO, ${until}: not this function, which leaves it as it is. The application ` +
        "stays down until a person lifts that. If nobody wants it, this denies what was issued until you run it, and nothing " +
        "else: aws iam put-role-policy --role-name web --policy-name RevokeOldSessions --policy-document",
    );
  });

  test("is not seen in the function's own margin", () => {
    // GIVEN a write that was only just made, by a clock that is ahead
    const cutoff = (seconds: number) => ({ handledAt: CUTOFF, cutoff: new Date(CUTOFF.getTime() + seconds * 1_000) });
    // THEN
    expect(prose(done(revoked({}, cutoff(60))))).not.toContain("SOMEBODY ELSE");
    expect(prose(done(revoked({}, cutoff(61))))).toContain("SOMEBODY ELSE");
  });
});

test.each<[Verification, string]>([
  [{ state: "verified" }, "Verified: read back 7 s later, it was in place."],
  [
    { state: "restored" },
    "The policy was removed and restored: somebody deleted or weakened it right after it was written. Unless that was this " +
      "function about another finding, whoever did so may still hold other credentials of this account.",
  ],
  [
    { state: "not-kept" },
    "THE POLICY COULD NOT BE KEPT: somebody removes it as fast as it is written. Act by hand, as above.",
  ],
  [
    { state: "not-kept", refusal: { reason: "policy-quota-exceeded", explanation: "there is\nno room" } },
    "THE POLICY COULD NOT BE KEPT: there is no room. Act by hand, as above.",
  ],
  [
    { state: "unverified", why: "Throttling:\nRate exceeded" },
    "Not verified: reading the policy back failed (Throttling: Rate exceeded). Look at the role.",
  ],
  [
    { state: "role-gone" },
    "The role is gone since, and its sessions with it. Find out in CloudTrail who deleted it (DeleteRole); a new role of that " +
      "name was left alone.",
  ],
  [{ state: "not-asked" }, "Not verified: this deployment does not read the policy back."],
])("how far it is known to hold: %j", (verification, text) => {
  expect(prose(done(revoked({}, { verification }, { verifyAfterSeconds: 7 })))).toBe(`${DENIED} ${text}`);
});

describe("a refusal", () => {
  test("says that nothing was done, and why", () => {
    expect(refusedAll(refused("exempt-role"))).toEqual(["Nothing was changed:", "it was not to be."]);
  });

  test("has AWS's sentence in one line", () => {
    const explanation = `AWS does not permit it: ${"User x\nis not authorized ".repeat(20)}`;
    expect(refusedAll(refused("not-permitted", {}, { refusal: { reason: "not-permitted", explanation } }))).toEqual([
      "Nothing was changed:",
      `AWS does not permit it: ${"User x is not authorized ".repeat(20).trim()}`,
    ]);
  });

  test("has no endless sentence", () => {
    const explanation = "x".repeat(100_000);
    const [, line] = refusedAll(refused("not-permitted", {}, { refusal: { reason: "not-permitted", explanation } }));
    expect(line).toHaveLength(1_000);
  });

  test("says what was attached although the rest was refused", () => {
    const incident = refused(
      "policy-quota-exceeded",
      { recentCredentials: [stolenFrom(2), stolenFrom(3)] },
      {},
      SESSION,
    );
    const [first, second] = incident.plan!.targets;
    expect(prose(refusedAll({ ...incident, attached: [first, second!] }))).toBe(
      `Only a part: RevokeOldSessions-${INSTANCE_ID}, RevokeOldSessions-${instanceId(2)} is attached, the rest was refused: ` +
        "it was not to be.",
    );
  });
});
