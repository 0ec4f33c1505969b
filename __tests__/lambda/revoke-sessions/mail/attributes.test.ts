import { mailAbout } from "../../../../lambda/revoke-sessions/mail";
import { refused, revoked } from "../../../support/incident";

describe("subscribers can filter a mail", () => {
  test("about a revocation", () => {
    expect(mailAbout(revoked()).attributes).toEqual({
      outcome: "revoked",
      severity: 8,
      account: "111122223333",
      "needs-a-person": "false",
    });
  });

  test("about keys that were denied already", () => {
    expect(mailAbout(revoked({}, { moved: false })).attributes).toMatchObject({ outcome: "already-revoked" });
  });

  test("about a refusal, by its reason", () => {
    expect(mailAbout(refused("exempt-role")).attributes).toMatchObject({
      outcome: "not-revoked",
      reason: "exempt-role",
      "needs-a-person": "true",
    });
  });

  test("about a refusal that nobody has to act on", () => {
    expect(mailAbout(refused("sample-finding")).attributes).toMatchObject({ "needs-a-person": "false" });
  });

  test.each([
    ["that was not kept", { verification: { state: "not-kept" } }],
    ["that could not be verified", { verification: { state: "unverified", why: "throttled" } }],
    ["of credentials that were seen alive after an earlier one", { distrusted: true }],
  ] as const)("about a revocation %s, which needs a person", (_, changed) => {
    expect(mailAbout(revoked({}, changed)).attributes).toMatchObject({
      outcome: "revoked",
      "needs-a-person": "true",
    });
  });

  test("by the severity that the deployment sets for the type", () => {
    const type = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS";
    const settings = { severityOverrides: { [type]: 9.5 } };
    expect(mailAbout(revoked({ type }, {}, settings)).attributes).toMatchObject({ severity: 9.5 });
  });

  test("without a severity if neither the finding nor its type has one", () => {
    const finding = { type: "Recon:IAMUser/TorIPCaller", set: { "detail.severity": undefined } };
    expect(mailAbout(refused("unsupported-type", finding)).attributes.severity).toBeUndefined();
  });

  test("about a finding that does not say its account", () => {
    const finding = { set: { account: undefined, "detail.accountId": undefined } };
    expect(mailAbout(refused("other-account", finding)).attributes).toMatchObject({ account: "unknown" });
  });
});
