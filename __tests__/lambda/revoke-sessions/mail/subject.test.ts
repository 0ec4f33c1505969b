import type { Incident } from "../../../../lambda/revoke-sessions/incident";
import { subject, whose } from "../../../../lambda/revoke-sessions/mail/subject";
import { FINDING_TYPE } from "../../../support/finding";
import { ofAnotherRole, refused, revoked } from "../../../support/incident";

const NAMELESS = { plan: undefined };

test.each<[string, Incident, string]>([
  ["a revocation", revoked(), "GuardDuty: Sessions revoked: role web, 111122223333 us-west-2"],
  [
    "new keys of what was denied already",
    revoked({}, { moved: false }),
    "GuardDuty: Already denied, new keys: role web, 111122223333 us-west-2",
  ],
  [
    "sessions of an instance, whenever issued",
    revoked({}, {}, { scope: "instance" }),
    "GuardDuty: Instance locked out: role web, 111122223333 us-west-2",
  ],
  [
    "credentials that lived on",
    revoked({}, { distrusted: true }),
    "GuardDuty: Sessions revoked again, seen alive: role web, 111122223333 us-west-2",
  ],
  [
    "a revocation that leaves other principals' sessions",
    revoked({ recentCredentials: [ofAnotherRole(2)] }, { moved: false, distrusted: true }),
    "GuardDuty: Revoked, but NOT ALL, act by hand: role web, 111122223333 us-west-2",
  ],
  [
    "one that somebody undoes",
    revoked({ recentCredentials: [ofAnotherRole(2)] }, { verification: { state: "not-kept" } }),
    "GuardDuty: Revocation NOT KEPT, act by hand: role web, 111122223333 us-west-2",
  ],
  ["a refusal", refused("exempt-role"), "GuardDuty: NOT revoked (exempt-role): role web, 111122223333 us-west-2"],
  [
    "a refusal without a role or an account",
    refused(
      "unsupported-type",
      { type: "Recon:X/Y", set: { "detail.accountId": undefined, account: undefined } },
      NAMELESS,
    ),
    "GuardDuty: NOT revoked (unsupported-type): Recon:X/Y, unknown account us-west-2",
  ],
  [
    "a role that just fits",
    refused("policy-quota-exceeded", { roleName: `web-${"x".repeat(18)}` }),
    "GuardDuty: NOT revoked (policy-quota-exceeded): role web-xxxxxxxxxxxxxxxxxx, 111122223333 us-west-2",
  ],
  [
    "a long role",
    refused("policy-quota-exceeded", { roleName: `web-${"x".repeat(60)}` }),
    "GuardDuty: NOT revoked (policy-quota-exceeded): role web-xxxxxxxxxxxxxxx..., 111122223333 us-west-2",
  ],
])("tells of %s", (_, incident, expected) => {
  expect(subject(incident)).toBe(expected);
  expect(expected.length).toBeLessThan(100);
});

describe("a finding's type that has no room", () => {
  test.each([
    [FINDING_TYPE, "InstanceCredentialExfiltration"],
    ["UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.InsideAWS", "ResourceCredentialExfiltration"],
    ["CredentialAccess:IAMUser/CompromisedCredentials", "CompromisedCredentials"],
    ["AttackSequence:IAM/CompromisedCredentials", "CompromisedCredentials"],
    ["UnauthorizedAccess:IAMUser/TorIPCaller.Custom", "TorIPCaller.Custom"],
    ["Recon:IAMUser/TorIPCaller", "Recon:IAMUser/TorIPCaller"],
    ["Recon:IAMUser/MaliciousIP.Custom", "Recon:IAMUser/MaliciousIP.Custom"],
  ])("%s loses whole words", (type, expected) => {
    expect(subject(refused("unsupported-type", { type }, NAMELESS))).toBe(
      `GuardDuty: NOT revoked (unsupported-type): ${expected}, 111122223333 us-west-2`,
    );
  });

  test("loses its last words if that is not enough", () => {
    const region = `eu-${"x".repeat(15)}-1`;
    expect(subject(refused("unsupported-type", { type: FINDING_TYPE, region }, NAMELESS))).toBe(
      `GuardDuty: NOT revoked (unsupported-type): InstanceCredential, 111122223333 ${region}`,
    );
  });
});

describe("has less than a hundred printable ASCII characters", () => {
  test("whatever the finding says", () => {
    const type = `Bad\r\nBcc: é😀\u0000${"x".repeat(200)}`;
    expect(subject(refused("unsupported-type", { type, region: "\u0007" }, NAMELESS))).toBe(
      "GuardDuty: NOT revoked (unsupported-type): Bad Bcc, 111122223333 ?",
    );
    expect(subject(refused("unsupported-type", { type: "x".repeat(200) }, NAMELESS))).toBe(
      `GuardDuty: NOT revoked (unsupported-type): ${"x".repeat(29)}..., 111122223333 us-west-2`,
    );
  });

  test("if the region is endless", () => {
    expect(subject(refused("unsupported-type", { region: "r".repeat(200) }, NAMELESS))).toBe(
      `GuardDuty: NOT revoked (unsupported-type): , 111122223333 ${"r".repeat(41)}`,
    );
  });
});

describe("a mail about several principals names", () => {
  const KEY = "detail.resource.accessKeyDetails";

  test.each<[string, Incident, string]>([
    ["a role", revoked({ set: { [`${KEY}.userName`]: "web" } }), "role web"],
    ["a user", refused("not-a-role", { set: { [`${KEY}.userName`]: "mallory" } }, NAMELESS), "mallory"],
    [
      "whoever has no name by the id",
      refused("not-a-role", { set: { [KEY]: { principalId: "AIDAINVENTED" } } }, NAMELESS),
      "AIDAINVENTED",
    ],
    [
      "somebody of whom the finding says nothing",
      refused("role-unknown", { set: { [KEY]: {} } }, NAMELESS),
      "somebody",
    ],
  ])("%s", (_, incident, expected) => {
    expect(whose(incident)).toBe(expected);
  });
});
