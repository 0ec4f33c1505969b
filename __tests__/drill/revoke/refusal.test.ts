import { refusalOf } from "../../../drill/revoke/refusal";
import { readTrust } from "../../../lambda/revoke-sessions/trust";
import type { Role } from "../../../lambda/revoke-sessions/triage";
import { configuration } from "../../support/configuration";

const ROLE: Role = {
  arn: "arn:aws:iam::111122223333:role/application/web",
  path: "/application/",
  roleId: "AROAINVENTEDROLEWEB01",
  tags: [],
  trust: readTrust(undefined),
};

test("a role that may be revoked, and is not, is drilled", () => {
  expect(refusalOf("web", ROLE, ["permissions"], configuration())).toBeUndefined();
});

test.each<[string, Partial<Role> | undefined, Parameters<typeof configuration>[0], string]>([
  ["does not exist", undefined, {}, "(role-not-found)"],
  ["is protected", {}, { protectedRoles: ["arn:aws:iam::111122223333:role/web"] }, "(protected-role)"],
  ["is not revocable", {}, { revocableRoles: { path: "/other/" } }, "(protected-role)"],
  ["is exempt", { tags: [{ key: "guardduty-response", value: "exempt" }] }, {}, "(exempt-role)"],
  ["is AWS's own", { path: "/aws-service-role/x/" }, {}, "(unmodifiable-role)"],
  ["is only told of", {}, { response: "notify-only" }, "(notify-only)"],
])("a role that %s is not drilled, as the function would not revoke it", (_, role, changed, reason) => {
  const refusal = refusalOf("web", role && { ...ROLE, ...role }, [], configuration(changed));
  expect(refusal).toMatch(/^the role web is not drilled: [^\n]+$/);
  expect(refusal).toContain(reason);
});

test.each(["RevokeOldSessions", "RevokeOldSessions-i-0123456789abcdef0", "RevokeAllSessions-i-0123456789abcdef0"])(
  "a role that carries %s is not drilled: undoing the drill would let a thief back in",
  (policyName) => {
    const refusal = refusalOf("web", ROLE, ["permissions", policyName], configuration());
    expect(refusal).toContain(`it is revoked already, by ${policyName}`);
    expect(refusal).toContain(`aws iam delete-role-policy --role-name web --policy-name ${policyName}`);
  },
);
