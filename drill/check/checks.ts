import { iamRegionFor } from "../../src/contract/iam-region";
import { type Clients, lazy } from "../aws/clients";
import { usableConfiguration } from "../configuration";
import type { Deployed } from "../deployed";
import { judgeAlarms } from "./judge/alarms";
import { judgeDetector } from "./judge/detector";
import { judgeFailures } from "./judge/failures";
import { judgeForwarders } from "./judge/forwarders";
import { judgeEnvironment, judgeInvocation, judgePackage } from "./judge/function";
import { judgeGuard, topicsOf } from "./judge/guard";
import { judgeLog } from "./judge/log";
import { judgeMembers } from "./judge/members";
import { judgePermissions } from "./judge/permissions";
import { judgeRevocations, KEPT_MILLISECONDS, lockedInstance } from "./judge/revocations";
import { judgeRules } from "./judge/rule";
import { judgeTopic } from "./judge/topic";
import { judgeTrails } from "./judge/trail";
import { readAlarms } from "./read/alarms";
import { readDetector } from "./read/detector";
import { readDestinations, readQueue } from "./read/failures";
import { readBus, readForwarding } from "./read/forwarders";
import { readGuard } from "./read/guard";
import { readInvocation } from "./read/invocation";
import { readLog } from "./read/log";
import { type MemberSample, readMembers } from "./read/members";
import { readHandled, readInstances, readRevocations } from "./read/revocations";
import { readRole } from "./read/role";
import { readRules } from "./read/rules";
import { readTopic } from "./read/topic";
import { readTrails } from "./read/trails";
import { type Judgement, right, wrong } from "./result";

/** Looks at one part of a deployed response, and judges it. */
export type Check = () => Promise<readonly Judgement[]>;

/** What is looked at, in the order in which a finding passes it. */
export const CHECK_NAMES = [
  "detector",
  "rule",
  "forwarders",
  "function",
  "package",
  "environment",
  "permissions",
  "members",
  "failures",
  "topic",
  "alarms",
  "log",
  "trail",
  "guard",
  "revocations",
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** The function is found, and with it everything else. */
export const deploymentFound = ({ functionName, region, accountId }: Deployed): Judgement =>
  right(`the function ${functionName} is deployed in ${region} of account ${accountId}`);

/**
 * The checks of a deployed response.
 *
 * @param expectedSha256 base64 of the SHA-256 of the package that should be deployed.
 * @param sample how member accounts are looked into; without a role of theirs, none is.
 */
export function checksOf(
  clients: Clients,
  deployed: Deployed,
  expectedSha256: string,
  sample: Partial<MemberSample>,
  now: Date,
): Readonly<Record<CheckName, Check>> {
  const { functionName, functionArn, roleName, logGroupName, environment, region } = deployed;
  const topicArn = environment["TOPIC_ARN"];
  const rules = lazy(() => readRules(clients, functionArn));
  const bus = lazy(() => readBus(clients, deployed));
  const destinations = lazy(() => readDestinations(clients, functionName));
  const topic = lazy(async () => (topicArn === undefined ? undefined : readTopic(clients, topicArn)));
  const iamRegion = iamRegionFor(region);
  return {
    detector: async () => judgeDetector(await readDetector(clients), region),
    rule: async () => judgeRules(await rules(), deployed),
    forwarders: async () => judgeForwarders(await readForwarding(clients, region, await bus()), deployed),
    function: async () => {
      const [invocation, targeting] = await Promise.all([readInvocation(clients, functionName), rules()]);
      return judgeInvocation({ ...invocation, ruleArns: targeting.map(({ arn }) => arn) }, deployed);
    },
    package: async () => judgePackage(deployed, expectedSha256),
    environment: async () => judgeEnvironment(deployed),
    permissions: async () => {
      const [role, { onFailure, onSuccess }, read] = await Promise.all([
        readRole(clients, roleName),
        destinations(),
        topic(),
      ]);
      return judgePermissions(role, deployed, { queueArn: onFailure, outcomesArn: onSuccess, topicKey: read?.key });
    },
    members: async () => {
      const members = usableConfiguration(deployed)?.members;
      const { auditRole, accountIds = members?.accounts?.slice(0, SAMPLED) ?? [] } = sample;
      const looked =
        members && auditRole !== undefined
          ? await readMembers(clients, deployed.partition, members, { accountIds, auditRole })
          : [];
      return judgeMembers(members, looked, deployed);
    },
    failures: async () => {
      const { onFailure: queueArn } = await destinations();
      return judgeFailures({ queueArn, queue: queueArn ? await readQueue(clients, queueArn) : undefined }, deployed);
    },
    topic: async () => judgeTopic(await topic(), topicArn ?? "that the environment should name"),
    alarms: async () => {
      const [{ onFailure }, targeting, forwarded] = await Promise.all([destinations(), rules(), bus()]);
      const ruleNames = [...targeting, ...(forwarded?.rules ?? [])].map(({ name }) => name);
      const queueName = onFailure?.split(":").at(-1);
      return judgeAlarms(await readAlarms(clients, { functionName, logGroupName, ruleNames, queueName }), region);
    },
    log: async () => judgeLog(await readLog(clients, logGroupName), deployed),
    trail: async () =>
      iamRegion === undefined
        ? [unknownIamRegion(region)]
        : judgeTrails(await readTrails(clients.in(iamRegion)), iamRegion),
    guard: async () => {
      if (iamRegion === undefined) return [unknownIamRegion(region)];
      const there = clients.in(iamRegion);
      const guard = await readGuard(there);
      // The response's own topic has a check of its own.
      const topicArns = topicsOf(guard).filter((arn) => arn !== topicArn);
      const topics = await Promise.all(topicArns.map(async (arn) => judgeTopic(await readTopic(there, arn), arn)));
      return judgeGuard(guard, topics.flat(), deployed, iamRegion);
    },
    revocations: async () => {
      const since = new Date(now.getTime() - KEPT_MILLISECONDS);
      const [revocations, handled] = await Promise.all([
        readRevocations(clients),
        readHandled(clients, logGroupName, since),
      ]);
      const locked = revocations.flatMap(({ policyName }) => lockedInstance(policyName) ?? []);
      return judgeRevocations(revocations, { ...(await readInstances(clients, locked)), handled, now });
    },
  };
}

/** How many accounts are looked into if none is named. */
const SAMPLED = 5;

const unknownIamRegion = (region: string): Judgement =>
  wrong(
    `in the partition of ${region} it is not known which region has the events of IAM`,
    "leave this out with --without",
  );
