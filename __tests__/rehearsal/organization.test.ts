import type { AwsAccount } from "../../local-aws/api/account";
import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { readDeployment } from "../../local-aws/terraform/read-deployment";
import { publish } from "../../rehearsal/organization/member-finding";
import { instanceWith, Organization, ROBBED_ROLE } from "../../rehearsal/organization/organization";
import { playOrganization } from "../../rehearsal/organization/story";
import { outcomeOf } from "../../rehearsal/play/function-result";
import type { Scene } from "../../rehearsal/play/scene";
import { shortenWait } from "../../rehearsal/play/verification-wait";
import { firstTheft } from "../../rehearsal/story/thief";
import type { Outcome } from "../../src/contract/outcome-line";
import { PATIENT } from "../support/patience";
import { type Mistake, oneOfEachClaim } from "./support/mistakes";
import { changeJson, only, removeStatement, type StackJson, SynthesizedOutputs } from "./support/synthesized-output";

jest.setTimeout(60_000);

let outputs: SynthesizedOutputs;
let scenes: Scene[];
beforeAll(async () => {
  outputs = await SynthesizedOutputs.ofOrganization();
  scenes = await play(outputs.original);
});
afterAll(() => outputs?.remove());

async function withLocal<Result>(directory: string, use: (local: LocalDeployment) => Promise<Result>): Promise<Result> {
  const deployment = readDeployment(directory, "111122223333");
  const local = await LocalDeployment.start(deployment, shortenWait(deployment).overrides);
  try {
    return await use(local);
  } finally {
    await local.close();
  }
}

const play = (directory: string): Promise<Scene[]> =>
  withLocal(directory, async (local) => {
    const played: Scene[] = [];
    for await (const scene of playOrganization(local)) played.push(scene);
    return played;
  });

const broken = (played: readonly Scene[]) => played.flatMap(({ claims }) => claims).filter(({ holds }) => !holds);

test("every claim holds for what is synthesized", () => {
  expect(broken(scenes)).toEqual([]);
  expect(scenes.map(({ title }) => title)).toEqual([
    "A role of the member 222233334444 is robbed, and GuardDuty sees it in us-east-1",
    "A rule of us-west-2 matches it on its own bus, and EventBridge mails the alert",
    "The function assumes the member's role, and nobody else can",
    "The member's role is revoked, and the role of the same name in the security account is not",
    "The thief had started a session of another role, reports: it is revoked too",
    "The member role can do nothing else",
    "A role of the new member 777788889999 is robbed, before CloudFormation has made the member role",
    "A service control policy keeps everybody in the member from writing policies",
    "Somebody takes the forwarder's permission away, and what it cannot send is kept",
  ]);
});

test("the function calls IAM of an account with credentials of that account, and STS and SNS with its own", () => {
  // GIVEN
  const invocations = scenes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.kind === "invocation" ? [fact.invoked] : [])),
  );
  const calls = invocations.flatMap((invoked) => invoked.calls);
  const accountsOf = (...services: string[]) => [
    ...new Set(calls.filter(({ service }) => services.includes(service)).map(({ account }) => account.accountId)),
  ];

  // THEN
  expect(invocations).toHaveLength(5);
  expect(accountsOf("sts", "sns")).toEqual(["111122223333"]);
  expect(accountsOf("iam", "ec2", "cloudtrail")).toEqual(["222233334444", "777788889999"]);
});

test("every claim holds for a member role of another path", async () => {
  // GIVEN
  const directory = outputs.withChange((stack) => {
    Object.assign(stack, JSON.parse(JSON.stringify(stack).replaceAll("/guardduty-response/", "/security/")));
  });

  // WHEN
  const played = await play(directory);

  // THEN
  expect(broken(played)).toEqual([]);
  expect(played).toHaveLength(scenes.length);
});

const FORWARDER = "aws.virginia";
type Statement = Record<string, any>;
const statement = (policy: { Statement: Statement[] }, sid: string): Statement => {
  const found = policy.Statement.find(({ Sid }) => Sid === sid);
  if (!found) throw new Error(`there is no statement ${sid}`);
  return found;
};
const changeFunctionRole = (stack: StackJson, change: (policy: any) => void) =>
  changeJson(only(stack, "aws_iam_role_policy"), "policy", change);
const changeTemplate = (stack: StackJson, change: (trust: any, permissions: any) => void) =>
  changeJson(only(stack, "aws_cloudformation_stack_set", "aws.management"), "template_body", ({ Resources }) => {
    const { AssumeRolePolicyDocument, Policies } = Resources.MemberRole.Properties;
    change(AssumeRolePolicyDocument, Policies[0].PolicyDocument);
  });
const without = (policy: any, sid: string) => {
  statement(policy, sid);
  policy.Statement = policy.Statement.filter(({ Sid }: Statement) => Sid !== sid);
};

const STS_REFUSES =
  /sts:AssumeRole on resource: arn:aws:iam::222233334444:role\/guardduty-response\/GuardDuty-Response-Member/;

/** What is broken in what was synthesized, and what the story says about it. */
const MISTAKES: Mistake[] = [
  [
    "the forwarder's role may not send",
    (stack) => changeJson(only(stack, "aws_iam_role_policy", FORWARDER), "policy", (policy) => (policy.Statement = [])),
    /its role may send the finding on/,
    /GuardDuty-Response-Forward-us-east-1\/events is not authorized to perform: events:PutEvents .*no identity-based policy/,
  ],
  [
    "the forwarder's role trusts another rule",
    (stack) =>
      changeJson(only(stack, "aws_iam_role", FORWARDER), "assume_role_policy", ({ Statement: [trust] }) => {
        trust.Condition.ArnEquals["aws:SourceArn"] = "arn:aws:events:us-east-1:111122223333:rule/other";
      }),
    /its role may send the finding on/,
    /events\.amazonaws\.com is not authorized to perform: sts:AssumeRole/,
  ],
  [
    "the home region's bus lets another account send",
    (stack) =>
      changeJson(only(stack, "aws_cloudwatch_event_bus_policy"), "policy", ({ Statement: [sender] }) => {
        sender.Principal = { AWS: "arn:aws:iam::999999999999:root" };
      }),
    /its role may send the finding on/,
    /is not authorized to perform: events:PutEvents .*no resource-based policy/,
  ],
  [
    "the forwarded rule may not invoke the function",
    (stack) => {
      const permissions = stack.resource["aws_lambda_permission"]!;
      for (const name of Object.keys(permissions)) if (name.includes("forwarded")) delete permissions[name];
    },
    /its targets take the event/,
    /events\.amazonaws\.com is not authorized to perform: lambda:InvokeFunction/,
  ],
  [
    "the function may assume no role",
    (stack) => changeFunctionRole(stack, (policy) => without(policy, "AssumeMemberRoles")),
    /both accounts allow every call/,
    STS_REFUSES,
  ],
  [
    "the function may assume roles of another organization",
    (stack) =>
      changeFunctionRole(stack, (policy) => {
        statement(policy, "AssumeMemberRoles")["Condition"].StringEquals["aws:ResourceOrgID"] = "o-z9y8x7w6v5";
      }),
    /both accounts allow every call/,
    STS_REFUSES,
  ],
  [
    "the member role trusts another function's role",
    (stack) =>
      changeTemplate(stack, (trust) => {
        trust.Statement[0].Condition.ArnLike["aws:PrincipalArn"] = "arn:aws:iam::111122223333:role/Other-Revoke-*";
      }),
    /both accounts allow every call/,
    STS_REFUSES,
  ],
  [
    "the member role trusts another account",
    (stack) => changeTemplate(stack, (trust) => (trust.Statement[0].Principal.AWS = "arn:aws:iam::999999999999:root")),
    /both accounts allow every call/,
    STS_REFUSES,
  ],
  [
    "the member role trusts every role of the security account",
    (stack) => changeTemplate(stack, (trust) => delete trust.Statement[0].Condition.ArnLike),
    /an admin of the security account is refused/,
    /it is allowed/,
  ],
  [
    "whoever has the function's role may assume the member's",
    (stack) =>
      changeFunctionRole(stack, (policy) => delete statement(policy, "AssumeMemberRoles")["Condition"].ArnEquals),
    /another function with the same role is refused/,
    /it is allowed/,
  ],
  [
    "the member role may not ask which instances are hit",
    (stack) => changeTemplate(stack, (_, permissions) => without(permissions, "LookWhoElseIsHit")),
    /both accounts allow every call/,
    /222233334444:assumed-role\/GuardDuty-Response-Member\/\S+ is not authorized to perform: ec2:DescribeInstances/,
  ],
  [
    "the member role may write on itself",
    (stack) =>
      changeTemplate(stack, (_, permissions) => {
        without(permissions, "NeverProtectedRoles");
        statement(permissions, "RevokeRolesByPath")["Resource"] = "*";
      }),
    /it may not write on itself/,
    /it is allowed by RevokeSessions/,
  ],
  [
    "the forwarder's queue takes nothing",
    (stack) => {
      delete only(stack, "aws_sqs_queue", FORWARDER)["policy"];
      delete stack.resource["aws_sqs_queue_policy"];
    },
    /the forwarder's queue takes it/,
    /events\.amazonaws\.com is not authorized to perform: sqs:SendMessage/,
  ],
  [
    "the forwarder's topic takes no alarm",
    (stack) => removeStatement(only(stack, "aws_sns_topic_policy", FORWARDER), "policy", "Alarms"),
    /an alarm watches that/,
    /cloudwatch\.amazonaws\.com is not authorized to perform: sns:Publish/,
  ],
  [
    "alarms of the further region tell a topic of the home region",
    (stack) => {
      const home = "arn:aws:sns:us-west-2:111122223333:GuardDuty-Response";
      const alarms = Object.values(stack.resource["aws_cloudwatch_metric_alarm"]!) as Record<string, unknown>[];
      for (const alarm of alarms) if (alarm["provider"] === FORWARDER) alarm["alarm_actions"] = [home];
    },
    /an alarm watches that/,
    /GuardDuty-Response-Forwarder-rule-did-not-deliver tells no topic of us-east-1/,
  ],
];

test.concurrent.each(PATIENT ? MISTAKES : oneOfEachClaim(MISTAKES))(
  "a claim fails if %s, and says why",
  async (_, change, text, why) => {
    // WHEN
    const [claim] = broken(await play(outputs.withChange(change)));

    // THEN
    expect(claim?.text).toMatch(text);
    expect(claim?.why).toMatch(why);
  },
);

/** What the function makes of a theft in a member, after something was done to the organization. */
const outcomeIf = (change: (organization: Organization, member: AwsAccount) => void): Promise<Outcome | undefined> =>
  withLocal(outputs.original, async (local) => {
    const organization = Organization.of(local);
    const member = organization.join("222233334444");
    organization.deployMemberRole(member);
    change(organization, member);
    const { invoked } = await publish(organization, member, firstTheft(instanceWith(ROBBED_ROLE), new Date()));
    return invoked && outcomeOf(invoked);
  });

test.concurrent.each<[string, (organization: Organization, member: AwsAccount) => void]>([
  [
    "a service control policy of the security account denies it",
    ({ security }) => {
      const deny = { Effect: "Deny", Action: "sts:AssumeRole", Resource: "*" };
      security.serviceControlPolicies.push({ name: "scp", policy: { Version: "2012-10-17", Statement: deny } });
    },
  ],
  ["the member has left the organization", (_, member) => (member.organizationId = undefined)],
  ["the security account has left the organization", ({ security }) => (security.organizationId = "o-z9y8x7w6v5")],
  [
    "the member role's name was taken by somebody",
    (_, member) => member.addRole({ name: "GuardDuty-Response-Member", path: "/guardduty-response/" }),
  ],
])("the member role is refused if %s", async (_, change) => {
  expect(await outcomeIf(change)).toMatchObject({ reason: "member-role-refused", needsPerson: true });
});
