import type { FunctionConfiguration } from "../../../lambda/revoke-sessions/configuration";
import { parseFindings } from "../../../lambda/revoke-sessions/finding";
import { NOT_REVOKED_REASONS } from "../../../src/contract/reasons";
import {
  actsIn,
  memberRoleFor,
  type Role,
  severityOf,
  triageFinding,
  triageRole,
} from "../../../lambda/revoke-sessions/triage";
import { configuration } from "../../support/configuration";
import { TRUSTS_EC2 } from "../../support/memory-aws";
import { ACCOUNT_ID, FINDING_TYPE, findingEvent, ROLE_ID, ROLE_NAME } from "../../support/finding";

const KEY = "detail.resource.accessKeyDetails";
const CLAIMED = { roleName: ROLE_NAME, roleId: ROLE_ID };

const triage = (set: Record<string, unknown> = {}, changed: Partial<FunctionConfiguration> = {}) =>
  triageFinding(parseFindings(findingEvent({ set }))[0], configuration(changed));

/** One change that alone makes the finding fail for a reason, with what the mail then says, in the order of the design. */
const REFUSED_FINDINGS: [reason: string, explanation: string, set: Record<string, unknown>][] = [
  [
    "sample-finding",
    "this is a sample finding: it names nothing that exists and only proves the wiring",
    { "detail.service.additionalInfo.sample": true },
  ],
  [
    "archived-finding",
    "the finding is archived: somebody has already dealt with it",
    { "detail.service.archived": true },
  ],
  [
    "unsupported-type",
    "the finding's type is not one that this deployment handles",
    { "detail.type": "Recon:IAMUser/TorIPCaller" },
  ],
  ["below-severity", "the severity is 6.9, and this deployment acts from 7", { "detail.severity": 6.9 }],
  [
    "other-account",
    `the finding is about another account, and this deployment may only act in ${ACCOUNT_ID}`,
    { "detail.accountId": "444455556666" },
  ],
  [
    "not-a-role",
    "the credentials are not a role's temporary ones, so there is no session to revoke",
    { [`${KEY}.userType`]: "IAMUser" },
  ],
  [
    "role-unknown",
    "the finding does not name the role, or the name is not one that IAM allows",
    { [`${KEY}.userName`]: undefined },
  ],
];

test("a finding about a role's stolen session names its role", () => {
  expect(triage()).toEqual(CLAIMED);
});

test("reasons are looked at in the order in which the design lists them", () => {
  const inFinding = REFUSED_FINDINGS.map(([reason]) => reason);
  expect(NOT_REVOKED_REASONS.slice(0, inFinding.length)).toEqual(inFinding);
});

describe.each(REFUSED_FINDINGS)("is refused as %s", (reason, explanation, set) => {
  test("and says why", () => {
    expect(triage(set)).toEqual({ reason, explanation });
  });

  test("whatever else would have failed later", () => {
    // GIVEN a finding with this mistake and every one that is looked at after it
    const position = REFUSED_FINDINGS.findIndex(([each]) => each === reason);
    const later = Object.assign(
      {},
      ...REFUSED_FINDINGS.slice(position)
        .map(([, , each]) => each)
        .reverse(),
    );
    // WHEN it is triaged THEN the first is the one reported
    expect(triage(later)).toMatchObject({ reason });
  });
});

describe("the type", () => {
  test.each([
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS",
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration",
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.SuffixYetToCome",
    "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS",
  ])("%s is answered", (type) => {
    expect(triage({ "detail.type": type })).toEqual(CLAIMED);
  });

  test.each([
    "",
    "toString",
    "x UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration",
    FINDING_TYPE.toLowerCase(),
  ])("is unsupported-type if it is %j", (type) => {
    expect(triage({ "detail.type": type })).toMatchObject({ reason: "unsupported-type" });
  });
});

describe("a further type", () => {
  const MALICIOUS = "UnauthorizedAccess:IAMUser/MaliciousIPCaller";
  const SEQUENCE = "AttackSequence:IAM/CompromisedCredentials";

  test.each([MALICIOUS, `${MALICIOUS}.Custom`])("is answered if the deployment names it: %s", (type) => {
    expect(triage({ "detail.type": type }, { findings: [MALICIOUS] })).toEqual(CLAIMED);
  });

  test.each([MALICIOUS, SEQUENCE, "CredentialAccess:IAMUser/CompromisedCredentials"])(
    "is unsupported-type unless the deployment names it: %s",
    (type) => {
      expect(triage({ "detail.type": type }, { findings: ["Recon:IAMUser/TorIPCaller"] })).toMatchObject({
        reason: "unsupported-type",
      });
    },
  );

  test("has the severity of its kind if the finding does not say its own", () => {
    const finding = parseFindings(findingEvent({ type: SEQUENCE, set: { "detail.severity": undefined } }))[0];
    expect(severityOf(finding, configuration({ findings: [SEQUENCE] }))).toBe(9);
  });

  test("is below-severity if nobody knows how severe it is", () => {
    const set = { "detail.type": MALICIOUS, "detail.severity": undefined };
    expect(triage(set, { findings: [MALICIOUS] })).toEqual({
      reason: "below-severity",
      explanation: "the finding does not say its severity, and this deployment acts from 7",
    });
  });

  test("is not-a-role if it is about a user's key", () => {
    const set = {
      "detail.type": "CredentialAccess:IAMUser/CompromisedCredentials",
      "detail.resource.accessKeyDetails": {
        accessKeyId: "AKIAINVENTEDUSER0001",
        principalId: "AIDAINVENTEDUSER00001",
        userType: "IAMUser",
        userName: "mallory",
      },
    };
    expect(triage(set, { findings: ["CredentialAccess:IAMUser/CompromisedCredentials"] })).toMatchObject({
      reason: "not-a-role",
    });
  });
});

describe("the severity", () => {
  test.each<[string, number, Record<string, number>, number]>([
    ["reaches the threshold", 7, {}, 7],
    ["is above any that GuardDuty once gave", 9.5, {}, 7],
    ["is raised by the deployment", 2, { [FINDING_TYPE]: 7 }, 7],
    ["is not asked for", 0, {}, 0],
  ])("acts where it %s", (_, severity, severityOverrides, minimumSeverity) => {
    expect(triage({ "detail.severity": severity }, { severityOverrides, minimumSeverity })).toEqual(CLAIMED);
  });

  test("is below-severity if the deployment lowers it", () => {
    expect(triage({}, { severityOverrides: { [FINDING_TYPE]: 1 } })).toEqual({
      reason: "below-severity",
      explanation: "the severity is 1, and this deployment acts from 7",
    });
  });

  test("is that of the kind if the finding does not say its own", () => {
    expect(triage({ "detail.severity": undefined }, { minimumSeverity: 8 })).toEqual(CLAIMED);
  });

  test.each(["toString", "__proto__", "Recon:IAMUser/TorIPCaller"])(
    "is the finding's own where no override names the type %s",
    (type) => {
      const finding = parseFindings(findingEvent({ type }))[0];
      expect(severityOf(finding, configuration({ severityOverrides: { [FINDING_TYPE]: 1 } }))).toBe(8);
    },
  );
});

describe("the account", () => {
  test("is other-account if none is named", () => {
    expect(triage({ "detail.accountId": undefined, account: undefined })).toEqual({
      reason: "other-account",
      explanation: `the finding is without an account, and this deployment may only act in ${ACCOUNT_ID}`,
    });
  });

  test("is the finding's, not that of the bus it came over", () => {
    expect(triage({ account: "444455556666" })).toEqual(CLAIMED);
  });
});

describe("an account of an organization", () => {
  const MEMBER = "444455556666";
  const members = { organization: "o-a1b2c3d4e5", except: ["777788889999"], role: "/guardduty-response/Member" };

  test("is acted in if it is a member", () => {
    expect(triage({ "detail.accountId": MEMBER }, { members })).toEqual(CLAIMED);
    expect(actsIn(configuration({ members }), MEMBER)).toBe(true);
  });

  test("is other-account if it is left out, or none is named", () => {
    const explanation = (finding: string) =>
      `the finding is ${finding}, and this deployment may only act in the accounts that it is deployed for`;
    expect(triage({ "detail.accountId": "777788889999" }, { members })).toMatchObject({
      reason: "other-account",
      explanation: explanation("about another account"),
    });
    expect(triage({ "detail.accountId": undefined }, { members })).toMatchObject({
      explanation: explanation("without an account"),
    });
  });

  test("is acted in by the role that it has for that, the own one without any", () => {
    const roleFor = (accountId?: string, changed: Partial<FunctionConfiguration> = { members }) =>
      memberRoleFor(configuration(changed), accountId);
    expect(roleFor(MEMBER)).toBe("arn:aws:iam::444455556666:role/guardduty-response/Member");
    expect(roleFor(ACCOUNT_ID)).toBeUndefined();
    expect(roleFor("777788889999")).toBeUndefined();
    expect(roleFor(undefined)).toBeUndefined();
    expect(roleFor(MEMBER, {})).toBeUndefined();
  });

  test.each<[string | undefined, boolean]>([
    [ACCOUNT_ID, true],
    [MEMBER, false],
    [undefined, false],
  ])("without an organization is acted in only if it is the own one: %s", (accountId, expected) => {
    expect(actsIn(configuration(), accountId)).toBe(expected);
  });
});

describe("the principal", () => {
  test.each<[string, Record<string, unknown>]>([
    ["no user type", { [`${KEY}.userType`]: undefined }],
    ["the user type Role", { [`${KEY}.userType`]: "Role" }],
    ["no access key", { [`${KEY}.accessKeyId`]: undefined }],
    ["a session that is no instance's", { [`${KEY}.principalId`]: `${ROLE_ID}:alice@example.com` }],
    ["no session", { [`${KEY}.principalId`]: ROLE_ID }],
  ])("with %s is a role's", (_, set) => {
    expect(triage(set)).toEqual(CLAIMED);
  });

  test.each<[string, Record<string, unknown>]>([
    ["root", { [`${KEY}.userType`]: "Root", [`${KEY}.principalId`]: ACCOUNT_ID }],
    ["a federated user", { [`${KEY}.userType`]: "FederatedUser" }],
    ["a user's principal", { [`${KEY}.userType`]: undefined, [`${KEY}.principalId`]: "AIDAINVENTED" }],
    ["an instance's own identity", { [`${KEY}.principalId`]: `${ACCOUNT_ID}:aws:ec2-instance:i-0abc` }],
    ["a long-term key", { [`${KEY}.accessKeyId`]: "AKIAINVENTED00000001" }],
    [
      "a long-term key without a principal",
      { [`${KEY}.accessKeyId`]: "AKIAINVENTED00000001", [`${KEY}.principalId`]: undefined },
    ],
  ])("is not-a-role for %s", (_, set) => {
    expect(triage(set)).toMatchObject({ reason: "not-a-role" });
  });

  test("is role-unknown if the finding does not say whose session it was", () => {
    expect(triage({ [`${KEY}.principalId`]: undefined })).toEqual({
      reason: "role-unknown",
      explanation: "the finding does not say which role's session was stolen (no principal id)",
    });
  });

  test.each(["", "a b", "web\nweb", "web/one", "web*", "rôle", "${role_name}", "w".repeat(65), "aws:ec2-instance"])(
    "is role-unknown if the role is called %j",
    (userName) => {
      expect(triage({ [`${KEY}.userName`]: userName })).toMatchObject({ reason: "role-unknown" });
    },
  );

  test.each(["w".repeat(64), "A_z+=,.@-9"])("may be a role called %j", (userName) => {
    expect(triage({ [`${KEY}.userName`]: userName })).toEqual({ roleName: userName, roleId: ROLE_ID });
  });
});

describe("the role as IAM knows it", () => {
  const arn = `arn:aws:iam::${ACCOUNT_ID}:role/team/${ROLE_NAME}`;
  const role: Role = {
    arn,
    path: "/team/",
    roleId: ROLE_ID,
    tags: [
      { key: "app", value: "shop" },
      { key: "stage", value: "live" },
    ],
    trust: TRUSTS_EC2,
  };
  const exempt = { key: "guardduty-response", value: "exempt" };

  const triageOf = (changed: Partial<Role>, settings: Partial<FunctionConfiguration> = {}) =>
    triageRole(CLAIMED, { ...role, ...changed }, configuration(settings));

  test.each<[string, FunctionConfiguration["revocableRoles"]]>([
    ["any role", { any: true }],
    ["its ARN", { arns: [`arn:aws:iam::${ACCOUNT_ID}:role/other`, arn] }],
    ["its path", { path: "/team/" }],
    ["every path", { path: "/" }],
    ["its tag", { tag: { key: "app", value: "shop" } }],
    ["its tag, in the case that IAM ignores", { tag: { key: "App", value: "shop" } }],
    ["one of several", { arns: [], path: "/other/", tag: { key: "app", value: "shop" } }],
  ])("may be revoked where %s is allowed", (_, revocableRoles) => {
    expect(triageOf({}, { revocableRoles })).toBeUndefined();
  });

  test("is protected-role if only the end of its path is allowed", () => {
    expect(triageOf({ path: "/other/team/" }, { revocableRoles: { path: "/team/" } })).toMatchObject({
      reason: "protected-role",
    });
  });

  test("is protected-role if one of several that are protected is it", () => {
    const protectedRoles = ["arn:aws:iam::111122223333:role/another", arn];
    expect(triageOf({}, { protectedRoles })).toMatchObject({ reason: "protected-role" });
  });

  test("is exempt-role if the tag's key differs in case only, as IAM compares", () => {
    expect(triageOf({ tags: [{ key: "GuardDuty-Response", value: "exempt" }] })).toMatchObject({
      reason: "exempt-role",
    });
  });

  test("may be revoked where a tag only looks like the exempting one", () => {
    const tags = [
      { key: exempt.key, value: "no" },
      { key: "other", value: exempt.value },
    ];
    expect(triageOf({ tags })).toBeUndefined();
  });

  test.each<[string, FunctionConfiguration["revocableRoles"]]>([
    ["nothing", {}],
    ["no role", { arns: [] }],
    ["another role", { arns: [`${arn}-2`] }],
    ["a path below its own", { path: "/team/sub/" }],
    ["another value of its tag", { tag: { key: "app", value: "bank" } }],
    ["another tag of the same value", { tag: { key: "shop", value: "shop" } }],
  ])("is protected-role if %s is allowed", (_, revocableRoles) => {
    expect(triageOf({}, { revocableRoles })).toEqual({
      reason: "protected-role",
      explanation: "the role is not among those that this deployment may revoke",
    });
  });

  const protectedRoles = [arn];
  const mistaken: [
    reason: string,
    explanation: string,
    changed: Partial<Role>,
    settings: Partial<FunctionConfiguration>,
  ][] = [
    [
      "role-mismatch",
      `the role has been re-created since: the finding is about ${ROLE_ID}, today's role is AROAANOTHER`,
      { roleId: "AROAANOTHER" },
      {},
    ],
    ["protected-role", "this deployment protects the role: it is never revoked", {}, { protectedRoles }],
    ["exempt-role", "the role carries the tag guardduty-response=exempt, which exempts it", { tags: [exempt] }, {}],
    [
      "unmodifiable-role",
      "IAM lets nobody edit roles under /aws-service-role/x.amazonaws.com/",
      { path: "/aws-service-role/x.amazonaws.com/" },
      {},
    ],
    ["notify-only", "this deployment only notifies", {}, { response: "notify-only" }],
  ];

  describe.each(mistaken)("is refused as %s", (reason, explanation, changed, settings) => {
    test("and says why", () => {
      expect(triageOf(changed, settings)).toEqual({ reason, explanation });
    });

    test("whatever else would have failed later", () => {
      // GIVEN a role with this mistake and every one that is looked at after it
      const later = mistaken.slice(mistaken.findIndex(([each]) => each === reason)).reverse();
      const [roles, configurations] = [later.map(([, , each]) => each), later.map(([, , , each]) => each)];
      // WHEN it is triaged THEN the first is the one reported
      expect(triageOf(Object.assign({}, ...roles), Object.assign({}, ...configurations))).toMatchObject({ reason });
    });
  });

  describe("is protected", () => {
    const account = `arn:aws:iam::${ACCOUNT_ID}:role`;
    const reasonOf = (entry: string) => triageOf({}, { protectedRoles: [entry] })?.reason;

    test.each([
      ["by its ARN", arn],
      ["by its name alone: names are unique in an account", `${account}/${ROLE_NAME}`],
      ["by its name below another path", `${account}/other/${ROLE_NAME}`],
      ["by a pattern of names, below any path", `${account}/w*`],
      ["by a pattern of its path", `${account}/team/*`],
    ])("%s", (_, entry) => {
      expect(reasonOf(entry)).toBe("protected-role");
    });

    test.each([
      ["a role of a longer name", `${account}/${ROLE_NAME}-2`],
      ["a role of a shorter name", `${account}/${ROLE_NAME.slice(1)}`],
      ["a pattern of other names", `${account}/x*`],
      ["a pattern below another path", `${account}/other/w*`],
      ["a pattern in which a dot is no wildcard", `${account}/w.*`],
      ["the same name in another account", `arn:aws:iam::444455556666:role/${ROLE_NAME}`],
    ])("not by %s", (_, entry) => {
      expect(reasonOf(entry)).toBeUndefined();
    });
  });

  test("is unmodifiable-role for the roles of Identity Center", () => {
    expect(triageOf({ path: "/aws-reserved/sso.amazonaws.com/" })).toMatchObject({ reason: "unmodifiable-role" });
  });

  test("is unmodifiable-role though the deployment does not cover such roles", () => {
    expect(triageOf({ path: "/aws-reserved/" }, { revocableRoles: {} })).toMatchObject({ reason: "unmodifiable-role" });
  });

  test("is protected-role before notify-only where the deployment does not cover it", () => {
    expect(triageOf({}, { revocableRoles: {}, response: "notify-only" })).toMatchObject({ reason: "protected-role" });
  });

  test("is role-not-found if IAM knows none", () => {
    expect(triageRole(CLAIMED, undefined, configuration({ response: "notify-only" }))).toEqual({
      reason: "role-not-found",
      explanation: "the role does not exist in this account (it may have been deleted)",
    });
  });
});
