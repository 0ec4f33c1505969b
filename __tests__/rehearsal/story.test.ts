import { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import type { Scene } from "../../rehearsal/play/scene";
import { playStory } from "../../rehearsal/story/story";
import { readDeployment } from "../../local-aws/terraform/read-deployment";
import { shortenWait } from "../../rehearsal/play/verification-wait";
import { PATIENT } from "../support/patience";
import { type Mistake, oneOfEachClaim } from "./support/mistakes";
import {
  changeJson,
  only,
  removeStatement as removeStatementFrom,
  type StackJson,
  SynthesizedOutputs,
} from "./support/synthesized-output";

let outputs: SynthesizedOutputs;
let scenes: Scene[];
beforeAll(async () => {
  outputs = SynthesizedOutputs.create();
  scenes = await play(outputs.original);
});
afterAll(() => outputs.remove());

async function play(directory: string): Promise<Scene[]> {
  const deployment = readDeployment(directory, "111122223333");
  const local = await LocalDeployment.start(deployment, shortenWait(deployment).overrides);
  const played: Scene[] = [];
  try {
    for await (const scene of playStory(local)) played.push(scene);
  } finally {
    await local.close();
  }
  return played;
}

const broken = (played: Scene[]) => played.flatMap(({ claims }) => claims).filter(({ holds }) => !holds);

test("every claim holds for what is synthesized", () => {
  expect(broken(scenes)).toEqual([]);
  expect(scenes.map(({ title }) => title)).toEqual([
    "A thief uses the credentials of an instance's role from elsewhere",
    "GuardDuty publishes a finding, and EventBridge matches it",
    "EventBridge mails the alert",
    "The function revokes the role's sessions",
    "The policy is on the role",
    "The function mails what it has done",
    "The thief tries again",
    "With new credentials everybody goes on working",
    "GuardDuty repeats the finding: the thief goes on trying",
    "The thief robs the instance again, and GuardDuty sees the new key",
    "A pipeline removes the policy, and the guard mails who it was",
    "What fails is kept",
  ]);
  const kinds = scenes.map(({ facts }) => facts.map(({ kind }) => kind));
  expect(kinds.slice(0, 7)).toEqual([["access"], ["rule"], ["mail"], ["invocation"], ["policy"], ["mail"], ["access"]]);
});

test("every call of the function reaches the local endpoint with the credentials of its role", () => {
  const invocations = scenes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.kind === "invocation" ? [fact.invoked] : [])),
  );
  const [first, repeated] = invocations;
  expect(first?.calls.map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      "GetRole",
      "GetRolePolicy",
      "PutRolePolicy",
      "DescribeInstances",
      "LookupEvents",
      "Publish",
    ]),
  );
  expect(repeated?.calls.map(({ action }) => action).sort()).toEqual(["GetRole", "GetRolePolicy"]);
  expect(new Set(first?.calls.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
});

/** What is broken in the response's stack, and what the rehearsal says about it. */
const MISTAKES: Mistake[] = [
  [
    "the function may not write the policy",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "RevokeNamedRoles"),
    /its role allows every call/,
    /is not authorized to perform: iam:PutRolePolicy on resource: arn:aws:iam::111122223333:role\/GuardDuty-Example-EC2-Compromised because no identity-based policy allows the iam:PutRolePolicy action/,
  ],
  [
    "the function may not look at roles",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "LookAtRoles"),
    /its role allows every call/,
    /is not authorized to perform: iam:GetRole on/,
  ],
  [
    "the function may not ask which instances are hit",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "LookWhoElseIsHit"),
    /its role allows every call/,
    /is not authorized to perform: ec2:DescribeInstances because/,
  ],
  [
    "the function may not ask CloudTrail",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "LookWhatWasDone"),
    /its role allows every call/,
    /is not authorized to perform: cloudtrail:LookupEvents/,
  ],
  [
    "the function may not publish",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "Report"),
    /its role allows every call/,
    /is not authorized to perform: sns:Publish on resource: arn:aws:sns:us-west-2:111122223333:GuardDuty-Example/,
  ],
  [
    "the function may not use the topic's key",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "EncryptReports"),
    /its role allows every call/,
    /is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:/,
  ],
  [
    "the function may not leave in the queue what failed",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "LeaveWhatFailed"),
    /may leave there what it cannot handle/,
    /is not authorized to perform: sqs:SendMessage/,
  ],
  [
    "the function may not write its log",
    (stack) => removeStatement(stack, "aws_iam_role_policy", "Log"),
    /may write its log/,
    /is not authorized to perform: logs:CreateLogStream/,
  ],
  [
    "the pattern is the one of 2019, which no finding matches any more",
    (stack) =>
      changeJson(only(stack, "aws_cloudwatch_event_rule"), "event_pattern", (pattern) => {
        pattern.detail.type = ["UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration"];
      }),
    /a rule matches the finding/,
    /GuardDuty-Event-IAMUser-InstanceCredentialExfiltration: detail\.type is "UnauthorizedAccess:IAMUser\/InstanceCredentialExfiltration\.OutsideAWS"; accepted: "UnauthorizedAccess:IAMUser\/InstanceCredentialExfiltration"/,
  ],
  [
    "EventBridge may not publish to the topic",
    (stack) => removeStatement(stack, "aws_sns_topic_policy", "Findings"),
    /its targets take the event/,
    /events\.amazonaws\.com is not authorized to perform: sns:Publish/,
  ],
  [
    "the topic's policy asks for the rule, which EventBridge does not tell SNS",
    (stack) =>
      changeJson(only(stack, "aws_sns_topic_policy"), "policy", (policy) => {
        policy.Statement[0].Condition = { ArnLike: { "aws:SourceArn": "arn:aws:events:*" } };
      }),
    /its targets take the event/,
    /events\.amazonaws\.com is not authorized to perform: sns:Publish/,
  ],
  [
    "EventBridge may not use the topic's key",
    (stack) => removeStatement(stack, "aws_kms_key", "Findings"),
    /its targets take the event/,
    /events\.amazonaws\.com is not authorized to perform: kms:GenerateDataKey/,
  ],
  [
    "the topic is encrypted with the key that AWS manages",
    (stack) => {
      only(stack, "aws_sns_topic")["kms_master_key_id"] = "alias/aws/sns";
    },
    /its targets take the event/,
    /EventBridge cannot use the key that AWS manages for SNS/,
  ],
  [
    "the rule may not invoke the function",
    (stack) => {
      delete stack.resource["aws_lambda_permission"];
    },
    /its targets take the event/,
    /events\.amazonaws\.com is not authorized to perform: lambda:InvokeFunction/,
  ],
  [
    "the permission to invoke is another rule's",
    (stack) => {
      only(stack, "aws_lambda_permission")["source_arn"] = "arn:aws:events:us-west-2:111122223333:rule/other";
    },
    /its targets take the event/,
    /is not authorized to perform: lambda:InvokeFunction/,
  ],
  [
    "the rule has no target that mails",
    (stack) => {
      const targets = stack.resource["aws_cloudwatch_event_target"] ?? {};
      for (const [name, target] of Object.entries(targets)) if (target["target_id"] === "topic") delete targets[name];
    },
    /its targets take the event/,
    /no target mails people/,
  ],
  [
    "the function does not start with the environment that is deployed",
    (stack) => setVariable(stack, "TOPIC_ARN", undefined),
    /its outcome is that the sessions are revoked/,
    /TOPIC_ARN.*Lambda tries 2 more times, then leaves the event in GuardDuty-Example-not-handled/s,
  ],
  [
    "the deployment only notifies",
    (stack) => setVariable(stack, "RESPONSE", "notify-only"),
    /its outcome is that the sessions are revoked/,
    /not-revoked: notify-only/,
  ],
  [
    "the guard does not look at the policies that are attached",
    (stack) => changeGuard(stack, ({ requestParameters }) => (requestParameters.policyName = [{ prefix: "Other" }])),
    /a mail says who removed which policy/,
    /RevocationChanged: detail\.requestParameters\.policyName is "RevokeOldSessions/,
  ],
  [
    "the guard takes the function for somebody else",
    (stack) => changeGuard(stack, (detail) => delete detail.userIdentity),
    /what the function writes itself is not mailed/,
    /it matches GuardDuty-Example-RevocationChanged/,
  ],
];

/** Changes what the guard's rule on changes matches. */
function changeGuard(stack: StackJson, change: (detail: any) => void): void {
  const rules = Object.entries(stack.resource["aws_cloudwatch_event_rule"] ?? {});
  const [, rule] = rules.find(([name]) => name.startsWith("guard_changed"))!;
  changeJson(rule as Record<string, unknown>, "event_pattern", ({ detail }) => change(detail));
}

test.concurrent.each(PATIENT ? MISTAKES : oneOfEachClaim(MISTAKES))(
  "breaks a claim if %s, and says why",
  async (_, change, text, why) => {
    const [claim, ...others] = broken(await play(outputs.withChange(change)));
    expect(claim?.text).toMatch(text);
    expect(claim?.why).toMatch(why);
    expect(others.map(({ text: other }) => other)).toEqual(
      others.length === 0 ? [] : ["its outcome is that the sessions are revoked"],
    );
  },
);

test.concurrent("stops after the scene whose claim does not hold", async () => {
  const directory = outputs.withChange((stack) => removeStatement(stack, "aws_sns_topic_policy", "Findings"));
  expect(await play(directory)).toHaveLength(2);
});

test("plays nothing of a guard that is left out", async () => {
  const unguarded = SynthesizedOutputs.create({ GUARDDUTY_RESPONSE_GUARD: "false" });
  try {
    const played = await play(unguarded.original);
    expect(broken(played)).toEqual([]);
    expect(played.map(({ title }) => title).join()).not.toContain("guard");
  } finally {
    unguarded.remove();
  }
});

describe("scope instance", () => {
  let outputs: readonly SynthesizedOutputs[] = [];
  beforeAll(() => {
    outputs = ["GUARDDUTY_RESPONSE_SCOPE", "GUARDDUTY_RESPONSE_REPEAT_SCOPE"].map((setting) =>
      SynthesizedOutputs.create({ [setting]: "instance" }),
    );
  });
  afterAll(() => outputs.forEach((each) => each.remove()));

  test.each<[string, number]>([
    ["at the first theft locks the instance out, and leaves another alone", 0],
    ["for repeats cuts the role, then locks the instance out", 1],
  ])("%s", async (_, index) => {
    const played = await play(outputs[index]!.original);
    expect(broken(played)).toEqual([]);
    expect(played.map(({ title }) => title)).toContain(
      "The thief robs the locked instance: what it takes is dead on arrival",
    );
  });
});

describe("scope session", () => {
  let narrow: SynthesizedOutputs;
  beforeAll(async () => {
    narrow = SynthesizedOutputs.create({ GUARDDUTY_RESPONSE_SCOPE: "session" });
  });
  afterAll(() => narrow.remove());

  test.concurrent("denies the robbed instance's session and leaves another instance alone", async () => {
    const played = await play(narrow.original);
    expect(broken(played)).toEqual([]);
    expect(played.flatMap(({ claims }) => claims.map(({ text }) => text))).toContain(
      "another instance with the role goes on working",
    );
    const policies = played.flatMap(({ facts }) =>
      facts.flatMap((fact) => (fact.kind === "policy" ? fact.policyName : [])),
    );
    expect(policies).toEqual([expect.stringMatching(/^RevokeOldSessions-i-[0-9a-f]{17}$/)]);
  });
});

function removeStatement(stack: StackJson, type: string, sid: string): void {
  removeStatementFrom(only(stack, type), "policy", sid);
}

function setVariable(stack: StackJson, name: string, value: string | undefined): void {
  const environment = only(stack, "aws_lambda_function")["environment"] as { variables: Record<string, string> };
  if (value === undefined) delete environment.variables[name];
  else environment.variables[name] = value;
}
