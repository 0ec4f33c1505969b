import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListInstanceProfilesForRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { type MessageAttributeValue, PublishCommand, SNSClient } from "@aws-sdk/client-sns";

import { AwsAccount } from "../../../local-aws/api/account";
import { AwsEndpoint } from "../../../local-aws/api/endpoint";
import { type Fault, faults } from "../../../local-aws/api/fault";
import type { Denial } from "../../../local-aws/iam/denial";

const DENY_ALL = { Version: "2012-10-17", Statement: [{ Sid: "Deny", Effect: "Deny", Action: "*", Resource: "*" }] };
const TOPIC = "arn:aws:sns:us-west-2:111122223333:alerts";

let account: AwsAccount;
let endpoint: AwsEndpoint;
let iam: IAMClient;
let sns: SNSClient;
let ec2: EC2Client;
let eventBridge: EventBridgeClient;
let configuration: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  maxAttempts: number;
};

beforeEach(async () => {
  account = new AwsAccount();
  account.topicArns.add(TOPIC);
  endpoint = await AwsEndpoint.start(account);
  configuration = {
    endpoint: endpoint.url,
    region: "us-west-2",
    credentials: { accessKeyId: "ASIAREHEARSAL", secretAccessKey: "secret", sessionToken: "token" },
    maxAttempts: 1,
  };
  iam = new IAMClient(configuration);
  sns = new SNSClient(configuration);
  ec2 = new EC2Client(configuration);
  eventBridge = new EventBridgeClient(configuration);
});

afterEach(async () => {
  for (const client of [iam, sns, ec2, eventBridge]) client.destroy();
  await endpoint.close();
});

const put = (document: string, RoleName = "app", PolicyName = "RevokeOldSessions") =>
  iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: document }));

describe("IAM, called by the real SDK", () => {
  test("answers a role with its id, ARN, path and tags", async () => {
    account.addRole({ name: "app", path: "/web/", tags: { team: "red & <blue>" } });
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "app" }));
    expect(Role).toMatchObject({
      RoleName: "app",
      Path: "/web/",
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Arn: "arn:aws:iam::111122223333:role/web/app",
      Tags: [{ Key: "team", Value: "red & <blue>" }],
    });
  });

  test("tells who may assume a role, URL-encoded, and when and where it was last used", async () => {
    const trustPolicy = {
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    };
    account.addRole({
      name: "app",
      trustPolicy,
      lastUsed: { date: new Date("2026-03-14T09:00:00Z"), region: "eu-west-1" },
    });
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "app" }));
    expect(Role?.AssumeRolePolicyDocument).toMatch(/^%7B/);
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""))).toEqual(trustPolicy);
    expect(Role?.RoleLastUsed).toEqual({ LastUsedDate: new Date("2026-03-14T09:00:00Z"), Region: "eu-west-1" });
  });

  test("tells nothing of the last use of a role that nobody has used", async () => {
    account.addRole({ name: "app" });
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "app" }));
    expect(Role?.RoleLastUsed).toEqual({});
  });

  test("returns a policy URL-encoded, exactly as it was put", async () => {
    account.addRole({ name: "app" });
    const document = JSON.stringify({ ...DENY_ALL, Id: "50 % <of> +1 é" }, undefined, 2);
    await put(document);
    const { PolicyDocument } = await iam.send(
      new GetRolePolicyCommand({ RoleName: "app", PolicyName: "RevokeOldSessions" }),
    );
    expect(PolicyDocument).toMatch(/^%7B/);
    expect(decodeURIComponent(PolicyDocument ?? "")).toBe(document);
    expect(account.policy("app", "RevokeOldSessions")).toMatchObject(DENY_ALL);
  });

  test("knows which instance profiles hold a role", async () => {
    account.addRole({ name: "app" });
    account.addInstanceProfile({ name: "app-profile", roleName: "app" });
    account.addInstanceProfile({ name: "other", roleName: "other" });
    const { InstanceProfiles, IsTruncated } = await iam.send(
      new ListInstanceProfilesForRoleCommand({ RoleName: "app" }),
    );
    expect(InstanceProfiles).toMatchObject([{ Arn: "arn:aws:iam::111122223333:instance-profile/app-profile" }]);
    expect(IsTruncated).toBe(false);
  });

  test("a role made again under its name gets another id", () => {
    expect(account.addRole({ name: "app" }).roleId).not.toBe(account.addRole({ name: "app" }).roleId);
  });

  test.each<[string, string, () => Promise<unknown>]>([
    ["a role that is not there", "NoSuchEntityException", () => iam.send(new GetRoleCommand({ RoleName: "nobody" }))],
    [
      "a policy that is not there",
      "NoSuchEntityException",
      () => iam.send(new GetRolePolicyCommand({ RoleName: "app", PolicyName: "p" })),
    ],
    ["a malformed policy", "MalformedPolicyDocumentException", () => put("{")],
    ["a policy outside of Latin-1", "ValidationError", () => put(JSON.stringify({ ...DENY_ALL, Id: "\u0100" }))],
    ["an impossible policy name", "ValidationError", () => put(JSON.stringify(DENY_ALL), "app", "a:b")],
    ["a policy name of 129 characters", "ValidationError", () => put(JSON.stringify(DENY_ALL), "app", "p".repeat(129))],
    [
      "a role name of 65 characters",
      "ValidationError",
      () => iam.send(new GetRoleCommand({ RoleName: "r".repeat(65) })),
    ],
    ["a service-linked role", "UnmodifiableEntityException", () => put(JSON.stringify(DENY_ALL), "linked")],
    ["a role of Identity Center", "UnmodifiableEntityException", () => put(JSON.stringify(DENY_ALL), "sso")],
    ["an impossible role name", "ValidationError", () => iam.send(new GetRoleCommand({ RoleName: "a/b" }))],
  ])("refuses %s with %s", async (_, name, call) => {
    account.addRole({ name: "app" });
    account.addRole({ name: "linked", path: "/aws-service-role/x.amazonaws.com/" });
    account.addRole({ name: "sso", path: "/aws-reserved/sso.amazonaws.com/" });
    await expect(call()).rejects.toMatchObject({ name });
  });

  test("counts the characters of all inline policies but not their white space, and replaces a policy of the same name", async () => {
    const filler = (length: number) => JSON.stringify(DENY_ALL).replace('"Deny"', `"${"D".repeat(length)}"`);
    account.addRole({ name: "app" });
    await put(filler(10_000));
    await put(filler(10_000).replaceAll(",", ` , ${" ".repeat(5_000)}`));
    await put(filler(10), "app", "second");
    await expect(put(filler(500), "app", "second")).rejects.toMatchObject({
      name: "LimitExceededException",
      message: "Maximum policy size of 10240 bytes exceeded for role app",
      $metadata: { httpStatusCode: 409 },
    });
    expect(account.roles.get("app")?.policies.get("second")).toBe(filler(10));
  });
});

describe("SNS, called by the real SDK", () => {
  const publish = (Subject: string | undefined, Message: string, TopicArn = TOPIC) =>
    sns.send(new PublishCommand({ TopicArn, Subject, Message }));

  test("accepts a subject of 99 characters and a message of 256 KiB", async () => {
    await publish("s".repeat(99), "é".repeat(131_072));
    expect(account.mails).toHaveLength(1);
  });

  test("keeps what was published as a mail", async () => {
    await publish("Subject: 100 % & more", "first line\nsecond line é\n");
    expect(account.mails).toEqual([
      {
        topicArn: TOPIC,
        subject: "Subject: 100 % & more",
        message: "first line\nsecond line é\n",
        sentAt: expect.any(Date),
      },
    ]);
  });

  const withAttributes = (MessageAttributes: Record<string, MessageAttributeValue>) =>
    sns.send(new PublishCommand({ TopicArn: TOPIC, Message: "m", MessageAttributes }));

  test("keeps a message's attributes", async () => {
    await withAttributes({
      "needs-a-person": { DataType: "String", StringValue: "true" },
      severity: { DataType: "Number", StringValue: "8.5" },
    });
    expect(account.mails).toEqual([
      {
        topicArn: TOPIC,
        message: "m",
        sentAt: expect.any(Date),
        attributes: {
          "needs-a-person": { type: "String", value: "true" },
          severity: { type: "Number", value: "8.5" },
        },
      },
    ]);
  });

  test.each<[string, string, MessageAttributeValue]>([
    ["an empty one", "reason", { DataType: "String", StringValue: "" }],
    ["one without a type", "reason", { DataType: undefined, StringValue: "x" }],
    ["one of a type that SNS does not know", "reason", { DataType: "Boolean", StringValue: "true" }],
    ["a number that is none", "severity", { DataType: "Number", StringValue: "high" }],
    ["one with a space in its name", "needs a person", { DataType: "String", StringValue: "x" }],
    ["one whose name is AWS's", "AWS.reason", { DataType: "String", StringValue: "x" }],
  ])("rejects attributes with %s", async (_, name, value) => {
    await expect(withAttributes({ [name]: value })).rejects.toMatchObject({ name: "InvalidParameterValueException" });
    expect(account.mails).toEqual([]);
  });

  test.each([
    ["a topic that is not there", "NotFoundException", "s", "m", `${TOPIC}-other`],
    ["a subject of 100 characters", "InvalidParameterException", "s".repeat(100), "m", TOPIC],
    ["a subject that is not ASCII", "InvalidParameterException", "é", "m", TOPIC],
    ["a subject of two lines", "InvalidParameterException", "a\nb", "m", TOPIC],
    ["an empty message", "InvalidParameterException", "s", "", TOPIC],
    ["a message that is too long", "InvalidParameterException", "s", "m".repeat(262_145), TOPIC],
  ])("refuses %s with %s", async (_, name, subject, message, topic) => {
    await expect(publish(subject, message, topic)).rejects.toMatchObject({ name });
    expect(account.mails).toEqual([]);
  });
});

describe("EC2, called by the real SDK", () => {
  test("finds instances by their instance profile", async () => {
    const { arn } = account.addInstanceProfile({ name: "app", roleName: "app" });
    account.addInstance({ instanceId: "i-1", name: "web <1>", instanceProfileArn: arn });
    account.addInstance({ instanceId: "i-2", state: "stopped", instanceProfileArn: arn });
    account.addInstance({ instanceId: "i-3" });
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: "iam-instance-profile.arn", Values: [arn, "other"] }] }),
    );
    const instances = Reservations?.flatMap(({ Instances }) => Instances ?? []);
    expect(instances).toMatchObject([
      { InstanceId: "i-1", State: { Name: "running" }, Tags: [{ Key: "Name", Value: "web <1>" }] },
      { InstanceId: "i-2", State: { Name: "stopped" } },
    ]);
  });

  test("finds only the instances of the region that is asked", async () => {
    // GIVEN
    account.addInstance({ instanceId: "i-here" });
    account.addInstance({ instanceId: "i-there", region: "eu-west-1" });

    // WHEN
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));

    // THEN
    expect(Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId))).toEqual([
      "i-here",
    ]);
  });

  test("rejects a filter that it does not support", async () => {
    const command = new DescribeInstancesCommand({ Filters: [{ Name: "vpc-id", Values: ["x"] }] });
    await expect(ec2.send(command)).rejects.toMatchObject({
      name: "InvalidParameterValue",
      message: expect.stringContaining("supported are iam-instance-profile.arn"),
    });
  });
});

describe("EventBridge, called by the real SDK", () => {
  const put = (entry: PutEventsRequestEntry) => eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
  const ENTRY = { Source: "incidents", DetailType: "Incident", Detail: '{"a":1}', Resources: ["arn:of:role"] };
  const DEFAULT_BUS = "arn:aws:events:us-west-2:111122223333:event-bus/default";

  test("takes an event for the default bus", async () => {
    expect(await put(ENTRY)).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
    expect(account.events).toEqual([
      {
        busArn: DEFAULT_BUS,
        source: "incidents",
        detailType: "Incident",
        detail: { a: 1 },
        resources: ["arn:of:role"],
      },
    ]);
    expect(endpoint.calls[0]).toMatchObject({ service: "events", action: "PutEvents", resource: DEFAULT_BUS });
  });

  test.each<[string, string, PutEventsRequestEntry]>([
    ["a bus that is not there", "ResourceNotFoundException", { ...ENTRY, EventBusName: "other" }],
    ["a detail that is not JSON", "MalformedDetail", { ...ENTRY, Detail: "{" }],
    ["a detail that is a list", "MalformedDetail", { ...ENTRY, Detail: "[]" }],
    ["a source of AWS", "NotAuthorizedForSourceException", { ...ENTRY, Source: "aws.guardduty" }],
    ["no source", "InvalidArgument", { ...ENTRY, Source: undefined }],
    ["no detail type", "InvalidArgument", { ...ENTRY, DetailType: undefined }],
  ])("rejects an entry with %s, in its reply", async (_, ErrorCode, entry) => {
    expect(await put(entry)).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode }] });
    expect(account.events).toEqual([]);
  });

  test("rejects an entry that is too large", async () => {
    const Detail = JSON.stringify({ text: "x".repeat(262_144) });
    await expect(put({ ...ENTRY, Detail })).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("the endpoint", () => {
  const getRole = () => iam.send(new GetRoleCommand({ RoleName: "app" }));

  beforeEach(() => account.addRole({ name: "app", path: "/web/" }));

  test("records who called what on which resource, and how it ended", async () => {
    await getRole();
    expect(endpoint.calls).toMatchObject([
      {
        number: 1,
        service: "iam",
        action: "GetRole",
        region: "us-west-2",
        accessKeyId: "ASIAREHEARSAL",
        parameters: { RoleName: "app" },
        resource: "arn:aws:iam::111122223333:role/web/app",
        status: 200,
        milliseconds: expect.any(Number),
      },
    ]);
  });

  describe("denies what the hook gives a reason against", () => {
    const denial: Denial = {
      principal: "arn:aws:sts::111122223333:assumed-role/revoker/revoker",
      action: "iam:PutRolePolicy",
      resource: "arn:aws:iam::111122223333:role/web/app",
      policyType: "identity-based policy",
      explicit: false,
    };

    test("in IAM's words, and the call has no effect", async () => {
      endpoint.hooks.authorize = async (call) => (call.action === "PutRolePolicy" ? denial : undefined);
      const message =
        "User: arn:aws:sts::111122223333:assumed-role/revoker/revoker is not authorized to perform: iam:PutRolePolicy " +
        "on resource: role app because no identity-based policy allows the iam:PutRolePolicy action";
      await expect(put(JSON.stringify(DENY_ALL))).rejects.toMatchObject({
        name: "AccessDenied",
        message,
        $metadata: { httpStatusCode: 403 },
      });
      expect(account.policy("app", "RevokeOldSessions")).toBeUndefined();
      expect(endpoint.calls[0]).toMatchObject({ status: 403, error: { code: "AccessDenied" }, denial });
    });

    test("in the words of EC2, which names no resource", async () => {
      endpoint.hooks.authorize = () => ({ ...denial, action: "ec2:DescribeInstances", resource: "*" });
      await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
        name: "UnauthorizedOperation",
        message:
          "You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/revoker/revoker " +
          "is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action",
      });
    });

    test.each([
      [
        "sns:Publish",
        TOPIC,
        "AuthorizationErrorException",
        /perform: SNS:Publish on resource: .* allows the SNS:Publish action$/,
      ],
      [
        "kms:GenerateDataKey",
        "arn:aws:kms:us-west-2:111122223333:key/k",
        "KMSAccessDeniedException",
        /perform: kms:GenerateDataKey/,
      ],
    ])("in the words of SNS, about %s", async (action, resource, name, message) => {
      endpoint.hooks.authorize = () => ({ ...denial, action, resource });
      await expect(sns.send(new PublishCommand({ TopicArn: TOPIC, Message: "m" }))).rejects.toMatchObject({
        name,
        message: expect.stringMatching(message),
      });
    });
  });

  test("rejects a request without signature", async () => {
    const answer = await fetch(endpoint.url, { method: "POST", body: "Action=GetRole" });
    expect(answer.status).toBe(403);
  });

  test("says so when a hook throws, instead of leaving the caller without a response", async () => {
    endpoint.hooks.authorize = () => {
      throw new Error("simulator broke");
    };
    await expect(getRole()).rejects.toMatchObject({
      name: "InternalFailure",
      message: expect.stringContaining("simulator broke"),
    });
  });

  test.each<[string, Fault, object]>([
    ["throttling", faults.throttled("iam"), { name: "Throttling" }],
    ["an internal error", faults.internalError(), { $metadata: { httpStatusCode: 500 } }],
    ["no such entity", faults.noSuchEntity(), { name: "NoSuchEntityException" }],
    ["a reset connection", faults.reset(), { message: expect.stringContaining("socket hang up") }],
  ])("plays %s, and the call has no effect", async (_, fault, error) => {
    endpoint.hooks.fault = () => fault;
    await expect(put(JSON.stringify(DENY_ALL))).rejects.toMatchObject(error);
    expect(account.policy("app", "RevokeOldSessions")).toBeUndefined();
  });

  test("plays a denial by the kind of policy that a test names, for the action that it names", async () => {
    endpoint.hooks.fault = (call) =>
      call.action === "PutRolePolicy"
        ? faults.accessDenied(call, { policyType: "service control policy", explicit: true })
        : undefined;
    await getRole();
    await expect(put(JSON.stringify(DENY_ALL))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(
        /iam:PutRolePolicy on resource: role app with an explicit deny in a service control policy$/,
      ),
    });
  });

  test("plays a lost response: the call has taken effect", async () => {
    endpoint.hooks.fault = () => faults.lostResponse();
    await expect(put(JSON.stringify(DENY_ALL))).rejects.toThrow("socket hang up");
    expect(account.policy("app", "RevokeOldSessions")).toEqual(DENY_ALL);
    expect(endpoint.calls[0]?.fault).toBe("lost-response");
    expect(endpoint.calls[0]?.status).toBeUndefined();
  });

  test("plays a late response", async () => {
    endpoint.hooks.fault = () => faults.late(120);
    await getRole();
    expect(endpoint.calls[0]?.milliseconds).toBeGreaterThanOrEqual(110);
  });

  test("plays a call that hangs until the endpoint closes", async () => {
    endpoint.hooks.fault = () => faults.hang();
    const hanging = expect(getRole()).rejects.toThrow("socket hang up");
    while (endpoint.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await endpoint.close();
    await hanging;
    endpoint = await AwsEndpoint.start(account);
  });

  test("is tried again by the SDK after a fault that passes", async () => {
    const patient = new IAMClient({ ...configuration, maxAttempts: 3 });
    endpoint.hooks.fault = (call) => (call.number < 3 ? faults.throttled("iam") : undefined);
    await patient.send(new GetRoleCommand({ RoleName: "app" }));
    expect(endpoint.calls.map(({ status }) => status)).toEqual([400, 400, 200]);
    patient.destroy();
  });
});
