import { decide } from "../../../local-aws/iam/simulator";
import type { PolicyDocument } from "../../../local-aws/iam/policy";
import type { DeployedRole } from "../../../local-aws/terraform/deployment";
import { CredentialExfiltrationResponse, OutcomeDestination, RevocableRoles } from "../../../src";
import { protects } from "../../../src/contract/protected-roles";
import { awsActions } from "../../support/aws-actions";
import { ACCOUNT, deploymentOf, roleOf } from "../../support/deployment";
import { testStack } from "../../support/template";

/** A role that somebody might revoke, with what IAM's conditions may ask about it. */
interface SomeRole {
  readonly arn: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const role = (name: string, tags?: Record<string, string>): SomeRole => ({
  arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
  tags,
});
const PROTECTED = role("app/break-glass", { team: "web" });

const DEFAULT_BUS = `arn:aws:events:us-west-2:${ACCOUNT}:event-bus/default`;

function deploy(revocableRoles: RevocableRoles, further: { activity?: boolean; events?: boolean } = {}) {
  const stack = testStack();
  new CredentialExfiltrationResponse(stack, "response", {
    revocableRoles,
    protectedRoles: [PROTECTED.arn],
    ...further,
  });
  const deployment = deploymentOf(stack);
  return { deployment, ownRole: roleOf(deployment, "GuardDuty-Response-Revoke-") };
}

async function decideFor({ name, policies }: DeployedRole, action: string, { arn, tags = {} }: SomeRole) {
  const { effect, statements } = await decide({
    principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/GuardDuty-Response-RevokeSessions`,
    action,
    resource: arn,
    accountId: ACCOUNT,
    context: Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    identityPolicies: policies,
  });
  return [effect, ...statements.map(({ statement }) => statement.Sid)].join(": ");
}

describe.each<{ form: string; revocableRoles: RevocableRoles; revocable: SomeRole; sid: string; outside: SomeRole[] }>([
  {
    form: "named roles",
    revocableRoles: RevocableRoles.named(role("app").arn),
    revocable: role("app"),
    sid: "RevokeNamedRoles",
    outside: [role("app2"), role("team/app"), role("other")],
  },
  {
    form: "a path",
    revocableRoles: RevocableRoles.withPath("/app/"),
    revocable: role("app/web"),
    sid: "RevokeRolesByPath",
    outside: [role("web"), role("application/web"), role("team/app/web")],
  },
  {
    form: "a tag",
    revocableRoles: RevocableRoles.tagged("team", "web"),
    revocable: role("app", { team: "web" }),
    sid: "RevokeRolesByTag",
    outside: [role("app"), role("app", { team: "database" }), role("app", { Owner: "web" })],
  },
  {
    form: "any role of the account",
    revocableRoles: RevocableRoles.anyOfAccount(),
    revocable: role("app"),
    sid: "RevokeAnyRole",
    outside: [{ arn: "arn:aws:iam::999999999999:role/app" }],
  },
])("with $form, the function", ({ revocableRoles, revocable, sid, outside }) => {
  // GIVEN
  const { ownRole } = deploy(revocableRoles);

  test("can revoke an allowed role", async () => {
    expect(await decideFor(ownRole, "iam:PutRolePolicy", revocable)).toBe(`allowed: ${sid}`);
  });

  test("does not revoke a role that was not chosen", async () => {
    for (const other of outside) {
      expect(await decideFor(ownRole, "iam:PutRolePolicy", other)).toBe("implicitly denied");
    }
  });

  test("does not give itself permissions", async () => {
    const itself = { arn: ownRole.arn, tags: revocable.tags };
    expect(await decideFor(ownRole, "iam:PutRolePolicy", itself)).toBe("explicitly denied: NeverProtectedRoles");
  });

  test("does not revoke a protected role, even if the choice covers it", async () => {
    expect(await decideFor(ownRole, "iam:PutRolePolicy", PROTECTED)).toBe("explicitly denied: NeverProtectedRoles");
  });

  test("does not revoke a role that carries the exempting tag", async () => {
    const exempt = { ...revocable, tags: { ...revocable.tags, "guardduty-response": "exempt" } };
    expect(await decideFor(ownRole, "iam:PutRolePolicy", exempt)).toBe("explicitly denied: NeverExemptRoles");
  });
});

describe("the function's role", () => {
  const deployed = (functionRoleName?: string) => {
    const stack = testStack();
    const revocableRoles = RevocableRoles.anyOfAccount();
    new CredentialExfiltrationResponse(stack, "response", { revocableRoles, functionRoleName });
    return roleOf(deploymentOf(stack), functionRoleName ?? "GuardDuty-Response-Revoke-");
  };

  test.each(["GuardDuty-Response-Revoke-eu-west-1", "team/GuardDuty-Response-Revoke-eu-west-1"])(
    "does not revoke %s, the role of another region's function",
    async (name) => {
      const decision = await decideFor(deployed(), "iam:PutRolePolicy", role(name));
      expect(decision).toBe("explicitly denied: NeverProtectedRoles");
    },
  );

  test.each(["revoker", "team/revoker"])("does not revoke %s, if it is called so itself", async (name) => {
    const decision = await decideFor(deployed("revoker"), "iam:PutRolePolicy", role(name));
    expect(decision).toBe("explicitly denied: NeverProtectedRoles");
  });

  test("revokes roles whose names only look like its own", async () => {
    for (const name of ["GuardDuty-Response-Revoke", "my-GuardDuty-Response-Revoke-eu-west-1"]) {
      expect(await decideFor(deployed(), "iam:PutRolePolicy", role(name))).toBe("allowed: RevokeAnyRole");
    }
  });
});

describe("entries of the protected roles", () => {
  const ENTRIES = ["Admin", "ops/BreakGlass", "aws-controltower-*", "deploy/*", "web/app-*-blue"].map(
    (name) => role(name).arn,
  );
  const ROLES = [
    ...["Admin", "ops/Admin", "deep/down/Admin", "Administrator", "SuperAdmin", "Admin/app"],
    ...["BreakGlass", "ops/BreakGlass", "web/BreakGlass", "aws-controltower-VPC", "x/aws-controltower-VPC"],
    ...["deploy/pipeline", "deploy/eu/pipeline", "pipeline", "x/deploy/pipeline", "web/app-1-blue", "app-1-blue"],
  ].map((name) => role(name));

  test("mean the same roles to the function's policy and to the function", async () => {
    // GIVEN
    const stack = testStack();
    const revocableRoles = RevocableRoles.anyOfAccount();
    new CredentialExfiltrationResponse(stack, "response", { revocableRoles, protectedRoles: ENTRIES });
    const ownRole = roleOf(deploymentOf(stack), "GuardDuty-Response-Revoke-");

    // WHEN
    const decisions = await Promise.all(ROLES.map((each) => decideFor(ownRole, "iam:PutRolePolicy", each)));

    // THEN
    const denied = ROLES.filter((_, index) => decisions[index] === "explicitly denied: NeverProtectedRoles");
    expect(denied).toEqual(ROLES.filter(({ arn }) => ENTRIES.some((entry) => protects(entry, arn))));
    expect(denied).toHaveLength(11);
  });
});

test("the function's policy fits into its role with as many settings and as long names as are accepted", () => {
  // GIVEN
  const longest = "n".repeat(64);
  const protectedRoles = (count: number) =>
    Array.from({ length: count }, (_, index) => role(`${index}-${longest}`.slice(0, 64)).arn);
  const make = (count: number) => {
    const stack = testStack();
    const response = new CredentialExfiltrationResponse(stack, "response", {
      revocableRoles: RevocableRoles.anyOfAccount(),
      protectedRoles: protectedRoles(count),
      exemptTag: { key: "k".repeat(128), value: "v".repeat(256) },
      functionName: longest,
      functionRoleName: longest,
      topicName: "t".repeat(246),
    });
    response.revoker.sendOutcomesTo(OutcomeDestination.queue(`arn:aws:sqs:us-west-2:${ACCOUNT}:${"q".repeat(80)}`));
    return stack;
  };
  expect(() => make(35)).toThrow("must be at most 3400 bytes in all");

  // WHEN
  const { policies } = roleOf(deploymentOf(make(34)), longest);

  // THEN
  const MAX_OF_A_ROLE = 10_240;
  expect(policies).toHaveLength(1);
  expect(JSON.stringify(policies[0]!.policy).length).toBeLessThan(MAX_OF_A_ROLE);
});

test("the function's own role and a protected one stay denied when they are named as revocable by a later choice", async () => {
  // GIVEN
  const stack = testStack();
  const revocableRoles = RevocableRoles.named(role("app").arn);
  const response = new CredentialExfiltrationResponse(stack, "response", {
    revocableRoles,
    protectedRoles: [PROTECTED.arn],
  });

  // WHEN
  for (const arn of [response.functionRoleArn, PROTECTED.arn]) response.revoker.allowRevoking(arn);

  // THEN
  const ownRole = roleOf(deploymentOf(stack), "GuardDuty-Response-Revoke-");
  for (const denied of [{ arn: ownRole.arn }, PROTECTED]) {
    expect(await decideFor(ownRole, "iam:PutRolePolicy", denied)).toBe("explicitly denied: NeverProtectedRoles");
  }
});

/** The actions that a policy may allow, whatever its conditions: IAM allows none that no statement names. */
const mayAllow = ({ Statement }: PolicyDocument): RegExp[] =>
  [Statement]
    .flat()
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action, NotAction }) => {
      if (NotAction !== undefined) throw new Error(`it allows everything but ${NotAction}`);
      return [Action].flat().map((pattern) => new RegExp(`^${String(pattern).replaceAll("*", ".*")}$`, "i"));
    });

test.each<[string, Parameters<typeof deploy>[1], string[]]>([
  ["the broadest choice", {}, []],
  ["the broadest choice, with activity,", { activity: true }, ["cloudtrail:LookupEvents"]],
  ["the broadest choice, with events,", { events: true }, ["events:PutEvents"]],
])("of all that AWS can do, %s lets the function do these actions and no others", async (_, asked, further) => {
  // GIVEN
  const { deployment, ownRole } = deploy(RevocableRoles.anyOfAccount(), asked);
  const [topic] = deployment.topics;
  const [deployed] = deployment.functions;
  const keyArn = topic!.keyArn!;
  const logGroup = `arn:aws:logs:us-west-2:${ACCOUNT}:log-group:/aws/lambda/${deployed!.functionName}`;
  const services = ["cloudtrail", "ec2", "events", "iam", "kms", "logs", "organizations", "sns", "sqs", "sts"];

  // WHEN
  const actions = await awsActions(services, {
    "events:event-bus": DEFAULT_BUS,
    "iam:role": role("app").arn,
    "sns:topic": topic!.arn,
    "sqs:queue": deployed!.failureDestination!,
    "kms:key": keyArn,
    "logs:log-group": logGroup,
    "logs:log-stream": `${logGroup}:log-stream:today`,
  });
  const policies = [...ownRole.policies.map(({ policy }) => policy), deployment.keyPolicies[keyArn]!];
  const candidates = policies.flatMap(mayAllow);
  const allowed = new Set<string>();
  for (const { action, resource } of actions.filter((each) =>
    candidates.some((pattern) => pattern.test(each.action)),
  )) {
    const resourcePolicy = resource === keyArn ? deployment.keyPolicies[keyArn] : undefined;
    const decision = await decide({
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${ownRole.name}/${deployed!.functionName}`,
      action,
      resource,
      accountId: ACCOUNT,
      context: { "aws:SecureTransport": "true" },
      identityPolicies: ownRole.policies,
      resourcePolicy,
    });
    if (decision.effect === "allowed") allowed.add(action);
  }

  // THEN
  expect(actions.length).toBeGreaterThan(1_500);
  const expected = [
    ...further,
    "ec2:DescribeInstances",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:PutRolePolicy",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sns:Publish",
    "sqs:SendMessage",
  ];
  expect([...allowed].sort()).toEqual(expected.sort());
});

test.each<[string, (own: ReturnType<typeof deploy>) => { action: string; resource: string }]>([
  [
    "put events on another bus",
    () => ({ action: "events:PutEvents", resource: DEFAULT_BUS.replace("default", "payments") }),
  ],
  ["publish to another topic", () => ({ action: "sns:Publish", resource: `arn:aws:sns:us-west-2:${ACCOUNT}:other` })],
  ["use another key", () => ({ action: "kms:Decrypt", resource: `arn:aws:kms:us-west-2:${ACCOUNT}:key/other` })],
  ["fill another queue", () => ({ action: "sqs:SendMessage", resource: `arn:aws:sqs:us-west-2:${ACCOUNT}:other` })],
  [
    "empty its own queue",
    ({ deployment }) => ({ action: "sqs:PurgeQueue", resource: deployment.functions[0]!.failureDestination! }),
  ],
  [
    "look at a role of another account",
    () => ({ action: "iam:GetRole", resource: "arn:aws:iam::999999999999:role/app" }),
  ],
  ["undo a revocation", () => ({ action: "iam:DeleteRolePolicy", resource: role("app").arn })],
  [
    "log elsewhere",
    () => ({
      action: "logs:PutLogEvents",
      resource: `arn:aws:logs:us-west-2:${ACCOUNT}:log-group:/other:log-stream:x`,
    }),
  ],
])("does not let the function %s", async (_, attempt) => {
  // GIVEN
  const own = deploy(RevocableRoles.anyOfAccount(), { events: true });

  // WHEN
  const { action, resource } = attempt(own);

  // THEN
  expect(await decideFor(own.ownRole, action, { arn: resource })).toBe("implicitly denied");
});
