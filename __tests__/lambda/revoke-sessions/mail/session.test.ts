import { parseFindings } from "../../../../lambda/revoke-sessions/finding";
import {
  type Holder,
  providerHolder,
  serviceHolder,
  sessionName,
  stolenSessions,
  trustedHolders,
} from "../../../../lambda/revoke-sessions/mail/session";
import type { Trust } from "../../../../lambda/revoke-sessions/trust";
import {
  accessKeyId,
  findingEvent,
  type FindingOptions,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
} from "../../../support/finding";
import { ofAnotherRole, ROLE, stolenFrom, trust } from "../../../support/incident";

const RESOURCE = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS";
const TASK = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const SERIAL = "00c0ffee1122334455667788";
const POD = "eks-k8s-wl-dev-engine-boo-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb";

const PRINCIPAL = "detail.resource.accessKeyDetails.principalId";
const INSTANCE = "detail.resource.instanceDetails.instanceId";

const services = (...names: string[]) => trust({ services: names.map((name) => `${name}.amazonaws.com`) });
const WITHOUT_INSTANCE = { "detail.resource.instanceDetails": undefined };

const sessionsOf = (options: FindingOptions, trusted?: Trust) =>
  stolenSessions(
    parseFindings(findingEvent({ set: WITHOUT_INSTANCE, ...options }))[0],
    trusted && { ...ROLE, trust: trusted },
  );

describe("what holds a session", () => {
  test.each<[Holder, string, FindingOptions, trusted: Trust | undefined]>([
    ["instance", INSTANCE_ID, {}, undefined],
    ["instance", INSTANCE_ID, { type: RESOURCE }, services("lambda")],
    ["pod", POD, {}, undefined],
    ["pod", POD, { type: RESOURCE }, undefined],
    ["user", "alice@example.com", { roleName: "AWSReservedSSO_Admin_0123456789abcdef" }, undefined],
    ["task", TASK, {}, undefined],
    ["task", TASK, { type: RESOURCE }, undefined],
    ["task", TASK, {}, services("ecs-tasks", "rolesanywhere")],
    ["server", TASK, {}, services("rolesanywhere")],
    ["server", SERIAL, {}, undefined],
    ["server", SERIAL.toUpperCase(), {}, undefined],
    ["server", "0".repeat(16), {}, undefined],
    ["server", "0".repeat(40), {}, undefined],
    ["other", "0".repeat(15), {}, undefined],
    ["other", "0".repeat(41), {}, undefined],
    ["function", SERIAL, { type: RESOURCE }, undefined],
    ["function", "orders", { type: RESOURCE }, undefined],
    ["function", "orders", {}, services("lambda")],
    ["function", "orders", {}, services("edgelambda", "lambda")],
    ["server", "backup", {}, services("rolesanywhere")],
    [
      "pod",
      "botocore-session-1772366400",
      {},
      trust({ providers: ["arn:aws:iam::1:oidc-provider/oidc.eks.eu.x/id/1"] }),
    ],
    ["other", "orders", {}, services("lambda", "states")],
    ["other", "deploy", {}, services("ec2")],
    ["other", "deploy", {}, services("ecs-tasks")],
    ["other", "deploy", {}, trust({ principals: ["*"], services: ["lambda.amazonaws.com"] })],
    ["other", "deploy", {}, undefined],
    ["other", "eks-cluster-pod", {}, undefined],
    ["other", `x${POD}`, {}, undefined],
    ["other", `${POD}0`, {}, undefined],
    ["other", "alice", { roleName: "NoAWSReservedSSO_Admin" }, undefined],
  ])("is %s for %s of %j", (holder, session, options, trusted) => {
    expect(sessionsOf({ session, ...options }, trusted)).toEqual([{ name: session, holder }]);
  });
});

describe("the stolen sessions", () => {
  test("are those of the role, each once", () => {
    const recentCredentials = [
      stolenFrom(2),
      { ...stolenFrom(2), accessKeyId: accessKeyId(9) },
      ofAnotherRole(3),
      { principalId: ROLE_ID },
      { accessKeyId: accessKeyId(4) },
    ];
    expect(sessionsOf({ recentCredentials }).map(({ name }) => name)).toEqual([INSTANCE_ID, instanceId(2)]);
  });

  test.each<[string, FindingOptions, string[]]>([
    ["an instance that the session does not name", { session: "deploy" }, [INSTANCE_ID, "deploy"]],
    ["an instance where the session has no name", { set: { [PRINCIPAL]: ROLE_ID } }, [INSTANCE_ID]],
    ["no instance of a finding about other holders", { session: "orders", type: RESOURCE }, ["orders"]],
    ["no instance with another name than AWS gives", { session: "deploy", set: { [INSTANCE]: "evil;" } }, ["deploy"]],
    ["nobody where there is no role", { set: { [PRINCIPAL]: "AIDAINVENTED", [INSTANCE]: undefined } }, []],
  ])("have %s", (_, options, names) => {
    const set = { [INSTANCE]: INSTANCE_ID, ...options.set };
    expect(sessionsOf({ ...options, set }).map(({ name }) => name)).toEqual(names);
  });
});

test.each<[Holder, string]>([
  ["instance", "EC2 instance x"],
  ["function", "Lambda function x"],
  ["task", "ECS task x"],
  ["pod", "EKS pod x"],
  ["server", "IAM Roles Anywhere, certificate number x"],
  ["user", "IAM Identity Center, user x"],
  ["other", "session x"],
])("a session of %s is called %s", (holder, name) => {
  expect(sessionName({ holder, name: "x" })).toBe(name);
});

test("a session's name stays on its line, and is not endless", () => {
  expect(sessionsOf({ session: `a\n${"b".repeat(100)}` })).toEqual([{ name: `a ${"b".repeat(61)}…`, holder: "other" }]);
});

test.each<[string, Holder]>([
  ["ec2.amazonaws.com", "instance"],
  ["ec2.amazonaws.com.cn", "instance"],
  ["lambda.amazonaws.com", "function"],
  ["edgelambda.amazonaws.com", "function"],
  ["ecs-tasks.amazonaws.com", "task"],
  ["pods.eks.amazonaws.com", "pod"],
  ["rolesanywhere.amazonaws.com", "server"],
  ["codebuild.amazonaws.com", "other"],
  ["ec2.cn.amazonaws.com", "other"],
])("the service %s gets credentials for %s", (service, holder) => {
  expect(serviceHolder(service)).toBe(holder);
});

test.each<[string, Holder]>([
  ["arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC", "pod"],
  ["arn:aws:iam::111122223333:saml-provider/AWSSSO_0123_DO_NOT_DELETE", "user"],
  ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com", "other"],
])("the provider %s gets credentials for %s", (provider, holder) => {
  expect(providerHolder(provider)).toBe(holder);
});

test("a trust policy admits each of its holders once", () => {
  const providers = ["arn:aws:iam::1:oidc-provider/oidc.eks.eu.x/id/1"];
  expect(
    trustedHolders({ services: ["lambda.amazonaws.com", "edgelambda.amazonaws.com"], providers, principals: ["*"] }),
  ).toEqual(["function", "pod", "other"]);
  expect(trustedHolders(services("ec2"))).toEqual(["instance"]);
});
