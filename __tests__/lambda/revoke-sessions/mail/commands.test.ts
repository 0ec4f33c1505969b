import type { Incident } from "../../../../lambda/revoke-sessions/incident";
import { mailAbout } from "../../../../lambda/revoke-sessions/mail";
import { revokeByHand } from "../../../../lambda/revoke-sessions/mail/by-hand";
import type { NotRevokedReason } from "../../../../src/contract/reasons";
import { accessKeyId, type FindingOptions, INSTANCE_ID, instanceId, ROLE_ID } from "../../../support/finding";
import {
  commandsIn,
  HANDLED_AT,
  ofAnotherRole,
  refused,
  revoked,
  ROLE,
  stepsOf,
  stolenFrom,
  trust,
} from "../../../support/incident";
import { callsOf, type Responses, SHELLS } from "../../../support/shell";
import { assuming, lookedUp } from "../../../support/trail";

/** What each of these tests does in every shell of this machine. */
const inEachShell = describe.each(SHELLS);

const PRINCIPAL = "detail.resource.accessKeyDetails.principalId";
const USER_NAME = "detail.resource.accessKeyDetails.userName";
const WITHOUT_INSTANCE = { "detail.resource.instanceDetails": undefined };
const RESOURCE = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS";
const TASK = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const US_WEST_2 = ["--region", "us-west-2"];

/** The commands of the step of DO NOW that begins so. */
function commandsOf(incident: Incident, beginning: string): readonly string[] {
  const steps = stepsOf(mailAbout(incident));
  const step = steps.find(({ text }) => text.startsWith(beginning));
  if (!step) throw new Error(`no step begins with ${beginning}: ${steps.map(({ text }) => text).join("\n")}`);
  return step.commands;
}

/** A policy document whose time is left open, and the time. */
function documentAndTime(words: readonly string[] | undefined) {
  const text = words?.[words.indexOf("--policy-document") + 1] ?? "{}";
  const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.exec(text)?.[0] ?? "";
  return { document: JSON.parse(text.replace(time, "NOW")) as unknown, time: Date.parse(time) };
}

const denial = (userId?: string) => ({
  Version: "2012-10-17",
  Statement: {
    Effect: "Deny",
    Action: "*",
    Resource: "*",
    Condition: {
      DateLessThan: { "aws:TokenIssueTime": "NOW" },
      ...(userId && { StringEquals: { "aws:userid": userId } }),
    },
  },
});

/** Words of a call without the document, which is looked at by itself. */
const withoutDocument = (words: readonly string[]): string[] =>
  words.map((word, index) => (words[index - 1] === "--policy-document" ? "{…}" : word));

inEachShell("in %s", (shell) => {
  const run = (commands: readonly string[], responses?: Responses) => callsOf(shell, commands, responses);

  describe("an instance is isolated", () => {
    const EC2: Responses = {
      "*VpcId*": "vpc-1",
      "*create-security-group*": "sg-1",
      "*describe-security-group-rules*": "sgr-1 sgr-2",
      "*NetworkInterfaceId*": "eni-1 eni-2",
    };
    const changes = (calls: string[][]) => calls.filter(([, , verb]) => !verb!.startsWith("describe-"));

    test("with an empty security group on each of its network interfaces", () => {
      // WHEN
      const calls = run(commandsOf(revoked(), "Isolate"), EC2);
      // THEN
      expect(changes(calls).map((words) => words.slice(2))).toEqual([
        ["modify-instance-metadata-options", ...US_WEST_2, "--instance-id", INSTANCE_ID, "--http-endpoint", "disabled"],
        [
          "create-security-group",
          ...US_WEST_2,
          ...["--vpc-id", "vpc-1", "--group-name", `isolated-${INSTANCE_ID}`],
          ...["--description", "Isolated: no traffic", "--query", "GroupId", "--output", "text"],
        ],
        ...["sgr-1", "sgr-2"].map((rule) => [
          "revoke-security-group-egress",
          ...US_WEST_2,
          ...["--group-id", "sg-1", "--security-group-rule-ids", rule],
        ]),
        ...["eni-1", "eni-2"].map((interfaceId) => [
          "modify-network-interface-attribute",
          ...US_WEST_2,
          ...["--network-interface-id", interfaceId, "--groups", "sg-1"],
        ]),
      ]);
    });

    test("by what EC2 says about it and about the new group", () => {
      const calls = run(commandsOf(revoked(), "Isolate"), EC2);
      const ofInstance = (query: string) => [
        ...["aws", "ec2", "describe-instances", ...US_WEST_2, "--instance-ids", INSTANCE_ID],
        ...["--query", `Reservations[0].Instances[0].${query}`, "--output", "text"],
      ];
      expect(calls.filter(([, , verb]) => verb!.startsWith("describe-"))).toEqual([
        ofInstance("VpcId"),
        [
          ...["aws", "ec2", "describe-security-group-rules", ...US_WEST_2, "--filters", "Name=group-id,Values=sg-1"],
          ...["--query", "SecurityGroupRules[].SecurityGroupRuleId", "--output", "text"],
        ],
        ofInstance("NetworkInterfaces[].NetworkInterfaceId"),
      ]);
    });

    test("as every other of the finding", () => {
      const calls = run(commandsOf(revoked({ recentCredentials: [stolenFrom(2)] }), "Isolate"), EC2);
      const names = calls.flatMap((words) => words[words.indexOf("--group-name") + 1] ?? []);
      expect(names.filter((name) => name.startsWith("isolated"))).toEqual([
        `isolated-${INSTANCE_ID}`,
        `isolated-${instanceId(2)}`,
      ]);
    });

    test("and no session of another kind is taken for one", () => {
      const calls = run(
        commandsOf(revoked({ recentCredentials: [{ principalId: `${ROLE_ID}:deploy` }] }), "Isolate"),
        EC2,
      );
      expect(calls.flat().filter((word) => word.includes("deploy"))).toEqual([]);
    });

    test.each(["*VpcId*", "*create-security-group*"])("but for its network, if EC2 refuses %s", (pattern) => {
      const calls = run(commandsOf(revoked(), "Isolate"), { ...EC2, [pattern]: undefined });
      expect(calls.some(([, , verb]) => verb === "modify-network-interface-attribute")).toBe(false);
    });
  });

  test("a Lambda function is stopped", () => {
    const incident = revoked({ session: "orders", type: RESOURCE, set: WITHOUT_INSTANCE });
    expect(run(commandsOf(incident, "Stop what is compromised: whoever makes"))).toEqual([
      [
        ...["aws", "lambda", "put-function-concurrency", ...US_WEST_2, "--function-name", "orders"],
        ...["--reserved-concurrent-executions", "0"],
      ],
    ]);
  });

  test("each of several Lambda functions is stopped, and gets new credentials", () => {
    // GIVEN
    const recentCredentials = [{ principalId: `${ROLE_ID}:billing` }];
    const role = { ...ROLE, trust: trust({ services: ["lambda.amazonaws.com"] }) };
    const options = { session: "orders", type: RESOURCE, set: WITHOUT_INSTANCE, recentCredentials };
    const incident = revoked(options, { role });
    const named = (commands: readonly string[]) =>
      run(commands).map((words) => [words[2], words[words.indexOf("--function-name") + 1]]);
    // WHEN THEN
    expect(named(commandsOf(incident, "Stop what is compromised"))).toEqual([
      ["put-function-concurrency", "orders"],
      ["put-function-concurrency", "billing"],
    ]);
    expect(named(commandsIn(mailAbout(incident), "WHO HOLDS CREDENTIALS"))).toEqual([
      ["update-function-configuration", "orders"],
      ["update-function-configuration", "billing"],
    ]);
  });

  test("several ECS tasks are asked for by one call", () => {
    const second = TASK.replace("0", "1");
    const incident = revoked({
      session: TASK,
      type: RESOURCE,
      recentCredentials: [{ principalId: `${ROLE_ID}:${second}` }],
    });
    const calls = run(commandsOf(incident, "Stop what is compromised"), { "*list-clusters*": "arn:c1" });
    expect(calls[1]?.slice(3, 10)).toEqual([...US_WEST_2, "--cluster", "arn:c1", "--tasks", TASK, second]);
  });

  test("twenty Lambda functions at most get new credentials", () => {
    const recentCredentials = Array.from({ length: 30 }, (_, number) => ({
      principalId: `${ROLE_ID}:orders-${number}`,
    }));
    const incident = revoked({ session: "orders", type: RESOURCE, set: WITHOUT_INSTANCE, recentCredentials });
    const calls = run(commandsIn(mailAbout(incident), "WHO HOLDS CREDENTIALS"));
    expect(calls.filter(([, , verb]) => verb === "update-function-configuration")).toHaveLength(20);
  });

  test("an ECS task is stopped in its cluster, and its service deployed anew", () => {
    // GIVEN
    const incident = revoked({ session: TASK, type: RESOURCE });
    const ecs: Responses = {
      "*list-clusters*": "arn:c1 arn:c2",
      "*arn:c1*describe*": "",
      "*describe-tasks*arn:c2*taskArn*": "arn:task",
      "*describe-tasks*arn:c2*group*": "service:orders",
    };
    const tasks = (cluster: string, query: string) => [
      ...["aws", "ecs", "describe-tasks", ...US_WEST_2, "--cluster", cluster, "--tasks", TASK],
      ...["--query", `tasks[].${query}`, "--output", "text"],
    ];
    const clusters = ["aws", "ecs", "list-clusters", ...US_WEST_2, "--query", "clusterArns[]", "--output", "text"];

    // WHEN THEN
    expect(run(commandsOf(incident, "Stop what is compromised: whoever can reach the task"), ecs)).toEqual([
      clusters,
      tasks("arn:c1", "taskArn"),
      tasks("arn:c2", "taskArn"),
      [
        ...["aws", "ecs", "stop-task", ...US_WEST_2, "--cluster", "arn:c2", "--task", "arn:task"],
        ...["--reason", "credentials stolen"],
      ],
    ]);
    const recovery = commandsIn(
      mailAbout({ ...incident, role: { ...ROLE, trust: trust({}) } }),
      "WHO HOLDS CREDENTIALS",
    );
    expect(run(recovery, ecs)).toEqual([
      clusters,
      tasks("arn:c1", "group"),
      tasks("arn:c2", "group"),
      [
        ...["aws", "ecs", "update-service", ...US_WEST_2, "--cluster", "arn:c2", "--service", "orders"],
        "--force-new-deployment",
      ],
    ]);
  });

  test("an EKS pod is found and deleted", () => {
    const session = "eks-k8s-wl-dev-engine-boo-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb";
    const commands = commandsOf(
      revoked({ session, set: WITHOUT_INSTANCE }),
      "Stop what is compromised: whoever can reach",
    );
    expect(run(["NAMESPACE=shop POD='p 1'", ...commands])).toEqual([
      ["kubectl", "get", "pods", "--all-namespaces", "--output", "wide"],
      ["kubectl", "delete", "pod", "--namespace", "shop", "p 1"],
    ]);
  });

  test("no new session starts with IAM Roles Anywhere", () => {
    const incident = revoked({ session: "00c0ffee1122334455667788", set: WITHOUT_INSTANCE });
    expect(run(commandsOf(incident, "Let nobody start"), { "*list-profiles*": "p1 p2" })).toEqual([
      [
        ...["aws", "rolesanywhere", "list-profiles", ...US_WEST_2],
        ...["--query", "profiles[?roleArns[?ends_with(@, '/web')]].profileId", "--output", "text"],
      ],
      ...["p1", "p2"].map((id) => ["aws", "rolesanywhere", "disable-profile", ...US_WEST_2, "--profile-id", id]),
    ]);
  });

  test.each([{}, { roleName: "AWSReservedSSO_Admin" }])(
    "whoever started another session is looked for: %j",
    (options) => {
      const incident = revoked({ session: "deploy", set: WITHOUT_INSTANCE, ...options });
      const lookUp = (region: string) => [
        ...["aws", "cloudtrail", "lookup-events", "--region", region],
        ...["--lookup-attributes", "AttributeKey=EventSource,AttributeValue=sts.amazonaws.com"],
        ...["--start-time", "2026-02-28T23:51:00Z", "--query"],
        `Events[?contains(CloudTrailEvent, '${accessKeyId(1)}') && AccessKeyId != '${accessKeyId(1)}'].CloudTrailEvent`,
        ...["--output", "text"],
      ];
      expect(run(commandsOf(incident, "Find out who started"))).toEqual([lookUp("us-west-2"), lookUp("us-east-1")]);
    },
  );

  test("of whoever started other sessions twenty are looked for at most", () => {
    const recentCredentials = Array.from({ length: 30 }, (_, number) => ({
      accessKeyId: accessKeyId(number + 2),
      principalId: `${ROLE_ID}:deploy`,
    }));
    const incident = revoked({ session: "deploy", set: WITHOUT_INSTANCE, recentCredentials });
    expect(run(commandsOf(incident, "Find out who started"))).toHaveLength(2 * 20);
  });

  describe("sessions that the stolen keys started are revoked", () => {
    const revokedRoles = (incident: Incident) =>
      run(commandsOf(incident, "Revoke the sessions of other roles")).map(
        (words) => words[words.indexOf("--role-name") + 1],
      );

    test("in the finding's account", () => {
      const activity = lookedUp([assuming("deploy", {}, "444455556666"), assuming("elsewhere")]);
      expect(revokedRoles({ ...revoked({ accountId: "444455556666" }), activity })).toEqual(["deploy"]);
    });

    test("twenty at most", () => {
      const activity = lookedUp(Array.from({ length: 30 }, (_, number) => assuming(`deploy-${number}`)));
      expect(revokedRoles({ ...revoked(), activity })).toHaveLength(20);
    });
  });

  describe("CloudTrail is asked", () => {
    const asked = (incident: Incident) =>
      run(commandsOf(incident, "See what the stolen")).map((words) => [
        words[words.indexOf("--region") + 1],
        words[words.indexOf("--lookup-attributes") + 1],
      ]);
    const key = (id: string) => `AttributeKey=AccessKeyId,AttributeValue=${id}`;
    const session = (name: string) => `AttributeKey=Username,AttributeValue=${name}`;

    test("by each key and session, in the finding's region and that of IAM's events", () => {
      // GIVEN
      const incident = revoked({ recentCredentials: [stolenFrom(2)] });
      const attributes = [key(accessKeyId(1)), key(accessKeyId(2)), session(INSTANCE_ID), session(instanceId(2))];
      // WHEN THEN
      expect(asked(incident)).toEqual(
        ["us-west-2", "us-east-1"].flatMap((region) => attributes.map((attribute) => [region, attribute])),
      );
      expect(run(commandsOf(incident, "See what the stolen"))[0]).toEqual([
        ...["aws", "cloudtrail", "lookup-events", "--region", "us-west-2", "--lookup-attributes", attributes[0]],
        ...["--start-time", "2026-02-28T23:51:00Z"],
        ...["--query", "Events[].[EventTime,EventSource,EventName,Resources[0].ResourceName]", "--output", "text"],
      ]);
    });

    test.each([
      ["aws", "us-west-2", ["us-west-2", "us-east-1"]],
      ["aws", "us-east-1", ["us-east-1"]],
      ["aws-us-gov", "us-gov-east-1", ["us-gov-east-1", "us-gov-west-1"]],
      ["aws-cn", "cn-northwest-1", ["cn-northwest-1", "cn-north-1"]],
    ])("in partition %s, region %s, once in each of %j", (partition, region, regions) => {
      const calls = asked(revoked({ region }, {}, { partition }));
      expect(calls.filter(([, attribute]) => attribute === session(INSTANCE_ID)).map(([asked]) => asked)).toEqual(
        regions,
      );
    });

    test("from whenever on, if the finding does not say when it began", () => {
      const incident = revoked({ set: { "detail.service.eventFirstSeen": undefined } });
      expect(run(commandsOf(incident, "See what the stolen"))[0]).not.toContain("--start-time");
    });

    test("about a session's name that the AWS CLI would take apart", () => {
      const incident = revoked({ session: "a,b=c", set: WITHOUT_INSTANCE });
      expect(asked(incident)).toContainEqual(["us-west-2", 'AttributeKey=Username,AttributeValue="a,b=c"']);
    });

    test("about twenty keys and sessions at most", () => {
      const recentCredentials = Array.from({ length: 30 }, (_, index) => stolenFrom(index + 2));
      expect(asked(revoked({ recentCredentials }))).toHaveLength(2 * (20 + 20));
    });

    test("about the key of somebody who is no role", () => {
      const incident = refused(
        "not-a-role",
        { accessKeyId: "ASIAUSER", set: { [PRINCIPAL]: "AIDAUSER" } },
        { plan: undefined },
      );
      expect(asked(incident)[0]).toEqual(["us-west-2", key("ASIAUSER")]);
    });
  });

  test("the policy is looked at", () => {
    expect(run(commandsOf(revoked(), "See that the revocation"))).toEqual([
      ["aws", "iam", "get-role-policy", "--role-name", "web", "--policy-name", "RevokeOldSessions"],
    ]);
  });

  test("each policy of a session is looked at", () => {
    const incident = revoked({ recentCredentials: [stolenFrom(2)] }, {}, { scope: "session" });
    expect(run(commandsOf(incident, "See that the revocation")).map((words) => words.at(-1))).toEqual([
      `RevokeOldSessions-${INSTANCE_ID}`,
      `RevokeOldSessions-${instanceId(2)}`,
    ]);
  });

  describe("by hand", () => {
    const before = () => Math.floor(Date.now() / 1_000) * 1_000;

    test("a role is revoked as of when the command is run, by a policy that replaces no other", () => {
      // GIVEN
      const commands = commandsOf(refused("exempt-role"), "Revoke by hand");
      const start = before();
      // WHEN
      const calls = run(commands);
      // THEN
      expect(calls.map(withoutDocument)).toEqual([
        [
          ...["aws", "iam", "put-role-policy", "--role-name", "web", "--policy-name", "RevokeOldSessions-by-hand"],
          ...["--policy-document", "{…}"],
        ],
      ]);
      const { document, time } = documentAndTime(calls[0]);
      expect(document).toEqual(denial());
      expect(time).toBeGreaterThanOrEqual(start);
      expect(time).toBeLessThanOrEqual(Date.now());
    });

    test("each compromised instance's sessions are revoked, but for those that are", () => {
      // GIVEN three instances, of which IAM took the policy of one
      const incident = refused(
        "not-permitted",
        { recentCredentials: [stolenFrom(2), stolenFrom(3)] },
        {},
        { scope: "session" },
      );
      const [first] = incident.plan!.targets;
      // WHEN
      const calls = run(commandsOf({ ...incident, attached: [first] }, "Revoke by hand"));
      // THEN
      expect(calls.map((words) => words[6])).toEqual([2, 3].map((id) => `RevokeOldSessions-${instanceId(id)}-by-hand`));
      expect(documentAndTime(calls[1]).document).toEqual(denial(`${ROLE_ID}:${instanceId(3)}`));
    });

    test("a session keeps a name that a shell would take for the end of a word", () => {
      const userId = `${ROLE_ID}:o'neil"$(id)`;
      const calls = run(revokeByHand("web", [{ policyName: "RevokeOldSessions-x", userId }]));
      expect(documentAndTime(calls[0]).document).toEqual(denial(userId));
    });

    test("a role without room gets a managed policy", () => {
      const calls = run(commandsOf(refused("policy-quota-exceeded"), "Revoke by hand"), { "*create-policy*": "arn:p" });
      expect(calls[0]![4]).toMatch(/^RevokeOldSessions-web-\d{8}T\d{6}Z$/);
      expect(documentAndTime(calls[0]).document).toEqual(denial());
      expect(calls.map(withoutDocument)).toEqual([
        [
          ...["aws", "iam", "create-policy", "--policy-name", expect.any(String), "--policy-document", "{…}"],
          ...["--query", "Policy.Arn", "--output", "text"],
        ],
        ["aws", "iam", "attach-role-policy", "--role-name", "web", "--policy-arn", "arn:p"],
      ]);
    });

    test("other roles of the finding are revoked by their ids, and users' keys switched off", () => {
      // GIVEN
      const recentCredentials = [
        ofAnotherRole(2),
        { ...ofAnotherRole(2), accessKeyId: accessKeyId(3) },
        { accessKeyId: "AKIAINVENTED00000001", principalId: "AIDAINVENTED" },
        { principalId: "111122223333" },
      ];
      const responses = { "*list-roles*": "other-role", "*get-access-key-last-used*": "alice" };
      // WHEN
      const calls = run(commandsOf(revoked({ recentCredentials }), "Revoke what other principals hold"), responses);
      // THEN
      expect(calls.map(withoutDocument)).toEqual([
        [
          ...["aws", "iam", "list-roles", "--query", "Roles[?RoleId=='AROAINVENTEDOTHER0002'].RoleName"],
          ...["--output", "text"],
        ],
        [
          ...["aws", "iam", "put-role-policy", "--role-name", "other-role"],
          ...["--policy-name", "RevokeOldSessions-by-hand", "--policy-document", "{…}"],
        ],
        [
          ...["aws", "iam", "get-access-key-last-used", "--access-key-id", "AKIAINVENTED00000001"],
          ...["--query", "UserName", "--output", "text"],
        ],
        [
          ...["aws", "iam", "update-access-key", "--user-name", "alice"],
          ...["--access-key-id", "AKIAINVENTED00000001", "--status", "Inactive"],
        ],
      ]);
      expect(documentAndTime(calls[1]).document).toEqual(denial());
    });

    test("no more than twenty other roles and keys are named in a command", () => {
      const recentCredentials = Array.from({ length: 30 }, (_, index) => [
        ofAnotherRole(index),
        { accessKeyId: `AKIA${index}` },
      ]).flat();
      const commands = commandsOf(revoked({ recentCredentials }), "Revoke what other principals hold");
      expect(run(commands).filter(([, , verb]) => verb === "list-roles")).toHaveLength(20);
      expect(run(commands).filter(([, , verb]) => verb === "get-access-key-last-used")).toHaveLength(20);
    });

    test("a role that the finding does not name is revoked by its id", () => {
      const incident = refused("role-unknown", { set: { [USER_NAME]: undefined } }, { plan: undefined });
      expect(run(commandsOf(incident, "Revoke the role by hand"), { "*list-roles*": "web" })[1]![4]).toBe("web");
    });

    const userKey = { accessKeyId: "AKIAINVENTED00000001", set: { [PRINCIPAL]: "AIDAINVENTED" } };
    test.each<[string, FindingOptions, string[]]>([
      ["of a user", { ...userKey, roleName: "al ice" }, ["al ice"]],
      ["of a user without a name", { ...userKey, set: { ...userKey.set, [USER_NAME]: undefined } }, ["bob"]],
    ])("the key %s is switched off", (_, options, [user]) => {
      const incident = refused("not-a-role", options, { plan: undefined });
      const calls = run(commandsOf(incident, "Switch off"), { "*get-access-key-last-used*": "bob" });
      expect(calls.at(-1)).toEqual([
        ...["aws", "iam", "update-access-key", "--user-name", user],
        ...["--access-key-id", "AKIAINVENTED00000001", "--status", "Inactive"],
      ]);
    });
  });

  describe("if the policy is not kept", () => {
    const incident = revoked({}, { verification: { state: "not-kept" } }, { partition: "aws-cn" });

    test("the role is denied altogether", () => {
      expect(run(commandsOf(incident, "Deny the role altogether"))).toEqual([
        [
          ...["aws", "iam", "attach-role-policy", "--role-name", "web"],
          ...["--policy-arn", "arn:aws-cn:iam::aws:policy/AWSDenyAll"],
        ],
      ]);
    });

    test("whoever removes it is looked for", () => {
      expect(run(commandsOf(incident, "Find out who removes"))).toEqual(
        ["DeleteRolePolicy", "PutRolePolicy"].map((event) => [
          ...["aws", "cloudtrail", "lookup-events", "--region", "cn-north-1"],
          ...["--lookup-attributes", `AttributeKey=EventName,AttributeValue=${event}`],
          ...["--start-time", "2026-02-28T23:51:00Z"],
          ...["--query", "Events[].[EventTime,EventName,Username,AccessKeyId,Resources[].ResourceName]"],
          ...["--output", "json"],
        ]),
      );
    });
  });

  test.each<[string, Incident]>([
    ["since", revoked({}, { verification: { state: "role-gone" } })],
    ["before", refused("role-not-found")],
  ])("whoever deleted the role %s is looked for", (_, incident) => {
    expect(run(commandsOf(incident, "Find out who deleted"))[0]).toContain(
      "AttributeKey=EventName,AttributeValue=DeleteRole",
    );
  });

  describe("who is healthy recovers", () => {
    const uses = [
      { instanceId: INSTANCE_ID, state: "running" },
      { instanceId: instanceId(2), state: "running" },
      { instanceId: instanceId(3), state: "stopped" },
      { instanceId: instanceId(4), state: "running" },
    ];
    const recover = (incident: Incident) =>
      run([
        'INSTANCE_ID="i 1" FUNCTION_NAME="f 1" CLUSTER="c 1" SERVICE="s 1" NAMESPACE="n 1"',
        ...commandsIn(mailAbout(incident), "WHO HOLDS CREDENTIALS"),
      ]);

    test("by stopping and starting each running instance, but for the compromised one", () => {
      const calls = recover(revoked({}, { impact: { kind: "listed", uses } }));
      expect(calls).toEqual(
        [2, 4].flatMap((id) => [
          ["aws", "ec2", "stop-instances", ...US_WEST_2, "--instance-ids", instanceId(id)],
          ["aws", "ec2", "wait", "instance-stopped", ...US_WEST_2, "--instance-ids", instanceId(id)],
          ["aws", "ec2", "start-instances", ...US_WEST_2, "--instance-ids", instanceId(id)],
        ]),
      );
    });

    test("twenty instances at most by one command", () => {
      const many = Array.from({ length: 30 }, (_, index) => ({ instanceId: instanceId(index + 10), state: "running" }));
      expect(recover(revoked({}, { impact: { kind: "listed", uses: many } }))).toHaveLength(3 * 20);
    });

    test("by changing the configuration of the function", () => {
      const role = { ...ROLE, trust: trust({ services: ["lambda.amazonaws.com"] }) };
      const incident = revoked({ session: "orders", type: RESOURCE, set: WITHOUT_INSTANCE }, { role });
      expect(recover(incident)).toEqual([
        [
          ...["aws", "lambda", "update-function-configuration", ...US_WEST_2, "--function-name", "orders"],
          ...["--description", expect.stringMatching(/^New credentials since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)],
        ],
      ]);
    });

    test("with names that the reader puts in, of whoever may use the role", () => {
      const services = ["ec2", "lambda", "ecs-tasks", "pods.eks"].map((name) => `${name}.amazonaws.com`);
      const incident = revoked(
        { session: "deploy", set: WITHOUT_INSTANCE },
        { role: { ...ROLE, trust: trust({ services }) } },
      );
      expect(recover(incident).map((words) => words.filter((word) => word.endsWith(" 1") || /-/.test(word)))).toEqual([
        ["stop-instances", "--region", "us-west-2", "--instance-ids", "i 1"],
        ["instance-stopped", "--region", "us-west-2", "--instance-ids", "i 1"],
        ["start-instances", "--region", "us-west-2", "--instance-ids", "i 1"],
        [
          "update-function-configuration",
          "--region",
          "us-west-2",
          "--function-name",
          "f 1",
          "--description",
          expect.any(String),
        ],
        ["update-service", "--region", "us-west-2", "--cluster", "c 1", "--service", "s 1", "--force-new-deployment"],
        ["--namespace", "n 1"],
      ]);
    });
  });

  describe("what denies new sessions as well", () => {
    test("is replaced by what denies those issued until then", () => {
      const incident = revoked({}, { moved: false, cutoff: new Date("9999-12-31T23:59:59Z") });
      const calls = run(commandsIn(mailAbout(incident), "WHAT WAS DONE"));
      expect(calls.map((words) => words.slice(2, 7))).toEqual([
        ["put-role-policy", "--role-name", "web", "--policy-name", "RevokeOldSessions"],
      ]);
      expect(documentAndTime(calls[0]).document).toEqual(denial());
    });
  });

  describe("the old sessions are let back in", () => {
    const LET_BACK = "HOW TO LET THE OLD SESSIONS BACK IN";
    const issuedBefore = (cutoff: Date) =>
      run(commandsIn(mailAbout(revoked({}, { cutoff, handledAt: cutoff })), LET_BACK));

    test("by removing the policy, twelve hours after the cut-off", () => {
      expect(issuedBefore(new Date(Date.now() - 12 * 3_600_000 - 5_000))).toEqual([
        ["aws", "iam", "delete-role-policy", "--role-name", "web", "--policy-name", "RevokeOldSessions"],
      ]);
    });

    test("not before", () => {
      expect(issuedBefore(new Date(Date.now() - 12 * 3_600_000 + 60_000))).toEqual([]);
    });

    test("by removing each policy, of a revocation that was refused in part too", () => {
      // GIVEN
      const handledAt = new Date(HANDLED_AT.getTime() - 100 * 24 * 3_600_000);
      const options = { recentCredentials: [stolenFrom(2), stolenFrom(3)] };
      const incident = refused("not-permitted", options, { handledAt }, { scope: "session" });
      const [first, second] = incident.plan!.targets;
      // WHEN
      const mail = mailAbout({ ...incident, attached: [first, second!] });
      // THEN
      expect(run(commandsIn(mail, LET_BACK)).map((words) => words.at(-1))).toEqual([
        `RevokeOldSessions-${INSTANCE_ID}`,
        `RevokeOldSessions-${instanceId(2)}`,
      ]);
    });
  });

  test.each<[string, NotRevokedReason]>([
    ["$(touch evil)", "not-a-role"],
    ["it's; touch evil", "not-a-role"],
    ["a\ntouch evil", "not-a-role"],
    ["`touch evil`", "exempt-role"],
  ])("text from the event cannot break out of a command: %j", (text, reason) => {
    // GIVEN
    const set = { [USER_NAME]: text, "detail.resource.accessKeyDetails.accessKeyId": `AKIA${text}` };
    const options = { session: text, region: text, set: { ...WITHOUT_INSTANCE, ...set } };
    const mail = mailAbout(refused(reason, options));
    // WHEN every command of the mail runs, each call of AWS answered with the same
    const commands = [...stepsOf(mail).flatMap((step) => step.commands), "aws $(ls)"];
    // THEN
    expect(run(commands).at(-1)).toEqual(["aws"]);
  });
});
