import type { Impact, Revoked, RoleUse } from "../../../../lambda/revoke-sessions/incident";
import { holders, holdersToCut } from "../../../../lambda/revoke-sessions/mail/holders";
import type { Holder } from "../../../../lambda/revoke-sessions/mail/session";
import type { Trust } from "../../../../lambda/revoke-sessions/trust";
import { type FindingOptions, INSTANCE_ID, instanceId } from "../../../support/finding";
import { prose, refused, revoked, ROLE, stolenFrom, trust } from "../../../support/incident";

const WITHOUT_INSTANCE = { "detail.resource.instanceDetails": undefined };
const FOREVER = new Date("9999-12-31T23:59:59Z");

const listedUses = (...uses: RoleUse[]): { impact: Impact } => ({ impact: { kind: "listed", uses } });
const USES: RoleUse[] = [
  { instanceId: instanceId(2), state: "running" },
  { instanceId: instanceId(3), name: "spare", state: "stopped" },
  { instanceId: INSTANCE_ID, name: 'web "1"', state: "running" },
];
const trusting = (changed: Partial<Trust>): Partial<Revoked> => ({ role: { ...ROLE, trust: trust(changed) } });
const session = (name: string): FindingOptions => ({ session: name, set: WITHOUT_INSTANCE });

/** The lines that are no commands. */
const linesOf = (incident: Revoked): string[] => holders(incident).filter((line) => !line.startsWith("    "));
/** Those that begin a list's entries. */
const listOf = (incident: Revoked): string[] =>
  linesOf(incident)
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim());

const LOOKED_AT =
  "Looked at: the instances in us-west-2 whose instance profile holds the role now. Not looked at: other regions, profiles " +
  "that were swapped or removed, and Systems Manager's default host management.";

const RECOVERIES: Record<Holder, string> = {
  instance:
    "- EC2 instances: software that is running keeps the denied credentials until shortly before they expire, up to six " +
    "hours after they were issued. Restarting the software ends that once the metadata service hands out new ones, within " +
    "about an hour. Stopping and starting the instance ends it at once; rebooting does not.",
  function:
    "- Lambda functions: an execution environment keeps its credentials for as long as it lives, so warm ones stay denied. " +
    "Any change of the function's configuration replaces them. With provisioned concurrency or SnapStart publish a version " +
    "too.",
  task: "- ECS tasks: denied until the agent renews their credentials, which takes up to six hours. New tasks work at once.",
  pod:
    "- EKS pods: denied until their credentials are renewed: within an hour with a service account's token, within six with " +
    "Pod Identity. New pods work at once, unless the Pod Identity agent hands out the old ones; then restart it too.",
  server:
    "- Servers with IAM Roles Anywhere: denied until the helper renews their credentials, after 15 minutes to 12 hours. " +
    "Restarting the helper ends that.",
  user: "- Users of IAM Identity Center: they sign in again.",
  other: "- People, software and services that assumed the role: they have to assume it again.",
};

describe("the mail about a revocation says", () => {
  test("who is hit, how each recovers, and who else may use the role", () => {
    const incident = revoked(
      {},
      { ...listedUses(...USES), role: { ...ROLE, lastUsed: { at: new Date(0), region: "eu-x" } } },
    );
    expect(prose(linesOf(incident))).toBe(
      "Whatever runs with the role, in every region, is denied every call until it gets new credentials: " +
        `EC2 instance ${INSTANCE_ID} (web 1, running): COMPROMISED, see DO NOW ` +
        `EC2 instance ${instanceId(2)} (running): denied ` +
        `EC2 instance ${instanceId(3)} (spare, stopped): gets new credentials when it starts ` +
        `${LOOKED_AT} ${RECOVERIES.instance} ` +
        "By its trust policy the role can be used by ec2.amazonaws.com (EC2 instances) " +
        "IAM noticed its last use at 1970-01-01T00:00:00Z in eu-x, and may be hours late.",
    );
  });

  test("that other sessions go on in scope session", () => {
    // GIVEN
    const services = ["ec2.amazonaws.com", "lambda.amazonaws.com"];
    const incident = revoked({}, { ...listedUses(...USES), ...trusting({ services }) }, { scope: "session" });
    // THEN
    expect(prose(linesOf(incident))).toMatch(
      /^What runs on the compromised instances is denied every call until it gets new credentials\. Other sessions of the role go on\. EC2/,
    );
    expect(
      listOf(incident)
        .slice(0, 3)
        .map((line) => line.split(": ")[1]),
    ).toEqual(["COMPROMISED, see DO NOW", "not affected", "not affected"]);
    expect(prose(linesOf(incident))).not.toContain("- Lambda functions");
  });

  test("that the compromised instances stay locked in scope instance", () => {
    const incident = revoked({}, listedUses(...USES), { scope: "instance" });
    const text = prose(linesOf(incident));
    expect(text).toMatch(
      /^What runs on the compromised instances is denied every call, with new credentials too, until a person lifts the lock\. Replace the instance: a new one has a new id, and works\. Other sessions of the role go on\. EC2/,
    );
    expect(text).not.toContain(RECOVERIES.instance);
  });

  test("that nothing breaks anew if nothing was cut", () => {
    const incident = revoked({}, { moved: false, ...listedUses(...USES) });
    expect(prose(linesOf(incident))).toMatch(/^Nothing breaks anew: the cut-off did not move\. EC2/);
    expect(listOf(incident)[1]).toBe(`EC2 instance ${instanceId(2)} (running): not affected`);
    expect(prose(linesOf(incident))).toContain(`${LOOKED_AT} By its trust policy`);
  });

  test("no word of recovery if somebody denies new sessions too", () => {
    const text = prose(linesOf(revoked({}, { cutoff: FOREVER })));
    expect(text).toMatch(/^Whatever runs with the role is denied every call, with new credentials too: EC2/);
    expect(text).not.toContain(RECOVERIES.instance);
  });

  test("nobody if the role is gone", () => {
    expect(prose(holders(revoked({}, { verification: { state: "role-gone" } })))).toBe(
      "Nobody: the role is gone. Whatever ran with it stays down until it has a role again.",
    );
  });
});

describe("the compromised come first", () => {
  test("even if they are the last of many", () => {
    const others = Array.from({ length: 80 }, (_, index) => ({ instanceId: instanceId(index + 10), state: "running" }));
    const incident = revoked(
      { recentCredentials: [stolenFrom(2)] },
      listedUses(...others, { instanceId: instanceId(2), state: "running" }),
    );
    expect(listOf(incident).slice(0, 2)).toEqual([
      `EC2 instance ${INSTANCE_ID}: COMPROMISED, see DO NOW`,
      `EC2 instance ${instanceId(2)} (running): COMPROMISED, see DO NOW`,
    ]);
    expect(listOf(incident).slice(51, 53)).toEqual([`EC2 instance ${instanceId(59)} (running): denied`, "and 30 more"]);
  });

  test("and are counted if they are more than fifty", () => {
    const recentCredentials = Array.from({ length: 59 }, (_, index) => stolenFrom(index + 2));
    expect(listOf(revoked({ recentCredentials })).slice(49, 51)).toEqual([
      `EC2 instance ${instanceId(50)}: COMPROMISED, see DO NOW`,
      "and 10 more",
    ]);
  });

  test("whatever they are", () => {
    expect(listOf(revoked(session("0a1b2c3d4e5f60718293a4b5c6d7e8f9")))[0]).toBe(
      "ECS task 0a1b2c3d4e5f60718293a4b5c6d7e8f9: COMPROMISED, see DO NOW",
    );
  });
});

describe("what was looked at is said", () => {
  const lookedAt = (impact: Impact) => prose(linesOf(revoked({}, { impact })));

  test("if nothing was found", () => {
    expect(lookedAt({ kind: "listed", uses: [] })).toContain(`see DO NOW No EC2 instance was found. ${LOOKED_AT} -`);
  });

  test("if something was", () => {
    expect(lookedAt({ kind: "listed", uses: USES })).toContain(`when it starts ${LOOKED_AT} -`);
  });

  test("if EC2 did not say", () => {
    expect(lookedAt({ kind: "unknown", why: "AccessDenied:\tno" })).toContain(
      "see DO NOW EC2 instances could not be listed (AccessDenied: no). -",
    );
  });
});

describe("how credentials are renewed is told for", () => {
  const told = (incident: Revoked): Holder[] =>
    (Object.keys(RECOVERIES) as Holder[]).filter((holder) => prose(linesOf(incident)).includes(RECOVERIES[holder]));

  test.each<[Holder, string, FindingOptions?]>([
    ["instance", INSTANCE_ID],
    ["task", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"],
    ["pod", "eks-c-p-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb"],
    ["server", "00c0ffee1122334455667788"],
    ["other", "deploy"],
  ])("%s, whose session was stolen", (holder, name) => {
    expect(told(revoked(session(name), trusting({})))).toEqual([holder]);
  });

  test("a Lambda function, whose session was stolen", () => {
    const type = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS";
    expect(told(revoked({ ...session("orders"), type }, trusting({})))).toEqual(["function"]);
  });

  test("a user of IAM Identity Center, whose session was stolen", () => {
    const incident = revoked({ ...session("alice"), roleName: "AWSReservedSSO_Admin_0123456789abcdef" }, trusting({}));
    expect(told(incident)).toEqual(["user"]);
  });

  test("everybody whom the trust policy admits", () => {
    const changed = {
      services: ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"],
      providers: ["arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC"],
      principals: ["arn:aws:iam::444455556666:root"],
    };
    expect(told(revoked({}, trusting(changed)))).toEqual(["instance", "function", "task", "pod", "other"]);
  });

  test("instances that hold the role, whatever the trust policy says", () => {
    expect(told(revoked(session("deploy"), { ...trusting({}), ...listedUses(USES[0]!) }))).toEqual([
      "instance",
      "other",
    ]);
  });

  test("whoever it may be, if nobody is known", () => {
    const set = { ...WITHOUT_INSTANCE, "detail.resource.accessKeyDetails.principalId": undefined };
    expect(told(revoked({ set }, trusting({})))).toEqual(["other"]);
  });
});

test("the further lines of an entry stand below its first", () => {
  const lines = linesOf(revoked());
  const start = lines.findIndex((line) => line.startsWith("- "));
  expect(lines[start + 1]).toMatch(/^ {2}\S/);
});

describe("who else may use the role", () => {
  const mayUse = (changed: Partial<Trust>) => {
    const lines = linesOf(revoked(session("deploy"), trusting(changed)));
    const start = lines.findIndex((line) => line.startsWith("By its trust policy"));
    return start < 0 ? lines.slice(-2) : lines.slice(start).map((line) => line.trim());
  };

  test("is told on one line for each", () => {
    expect(
      mayUse({
        services: ["ec2.amazonaws.com", "codebuild.amazonaws.com"],
        providers: ["arn:aws:iam::111122223333:saml-provider/AWSSSO_0123_DO_NOT_DELETE", "accounts.google.com"],
        principals: ["arn:aws:iam::444455556666:root", "*"],
      }),
    ).toEqual([
      "By its trust policy the role can be used by",
      "ec2.amazonaws.com (EC2 instances)",
      "codebuild.amazonaws.com (an AWS service)",
      "arn:aws:iam::111122223333:saml-provider/AWSSSO_0123_DO_NOT_DELETE (users of IAM Identity Center)",
      "accounts.google.com (whoever signs in there)",
      "arn:aws:iam::444455556666:root (whoever may assume it there)",
      "* (whoever may assume it there)",
      "IAM does not say when it was used last.",
    ]);
  });

  test("is counted from twenty on", () => {
    const principals = Array.from({ length: 25 }, (_, index) => `arn:aws:iam::4444555566${index + 10}:root`);
    expect(mayUse({ principals }).slice(20, 22)).toEqual([
      "arn:aws:iam::444455556629:root (whoever may assume it there)",
      "and 5 more",
    ]);
  });

  test("is not known if the trust policy does not say", () => {
    expect(mayUse({})).toEqual([
      "The role's trust policy does not say who can use it.",
      "IAM does not say when it was used last.",
    ]);
  });
});

test.each([
  [undefined, "IAM noticed its last use at 2026-03-01T11:40:00Z, and may be hours late."],
  ["us-west-2", "IAM noticed its last use at 2026-03-01T11:40:00Z in us-west-2, and may be hours late."],
])("when the role was used last, in %s, is told", (region, expected) => {
  const role = { ...ROLE, lastUsed: { at: new Date("2026-03-01T11:40:00Z"), region } };
  expect(prose(linesOf(revoked({}, { role })))).toContain(expected);
});

test("the mail about a refusal says who would be hit, as far as the finding tells", () => {
  const lines = holdersToCut(refused("exempt-role", session("00c0ffee1122334455667788")));
  expect(prose(lines)).toBe(
    "If you revoke the role, whatever runs with it is denied until it gets new credentials: " +
      `${RECOVERIES.server} ` +
      "That is read from the names of the stolen sessions. Who else uses the role was not looked at.",
  );
});
