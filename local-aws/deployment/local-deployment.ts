import { AwsAccount, type Mail, uniqueId } from "../api/account";
import { type AwsCall, AwsEndpoint } from "../api/endpoint";
import { AwsError } from "../api/protocol";
import { EventPattern, type MatchResult } from "../eventbridge/event-pattern";
import { transformInput } from "../eventbridge/input-transformer";
import { FunctionStartError, type Invocation } from "../function/definition";
import { FunctionProcess } from "../function/function-process";
import type { Denial } from "../iam/denial";
import { LocalAwsError } from "../local-aws-error";
import type { DeployedEventBus, DeployedFunction, DeployedRule, Deployment, RuleTarget } from "../terraform/deployment";
import { refusalByEventBus, refusalByFunction, refusalByTopic } from "./delivery-access";
import type { RoleSession } from "./role-session";
import { denialOfCall } from "./session-access";

/** What became of an event at one rule. */
export interface RuleOutcome {
  readonly rule: DeployedRule;
  readonly match: MatchResult;
  readonly receivedAt: Date;
  readonly deliveries: readonly Delivery[];
}

/** What became of an event at one target of a rule that matched. */
export type Delivery =
  | { readonly kind: "mailed"; readonly target: RuleTarget; readonly mail: Mail }
  | { readonly kind: "invoked"; readonly target: RuleTarget; readonly invoked: InvokedFunction }
  /** An event bus took it; what became of it at the rules there stands beside. */
  | { readonly kind: "forwarded"; readonly target: RuleTarget; readonly bus: DeployedEventBus }
  /** The target does not take it: EventBridge tries again for a while, and then leaves the event in the failure queue. */
  | { readonly kind: "refused"; readonly target: RuleTarget; readonly why: string };

/** How a function handled an event, and all that it did on the way. */
export interface InvokedFunction {
  readonly deployed: DeployedFunction;
  readonly startedAt: Date;
  readonly invocation: Invocation;
  /** How long the package took to load; undefined if it was loaded already. */
  readonly initMilliseconds?: number;
  readonly calls: readonly AwsCall[];
  /** The mails that it sent. */
  readonly mails: readonly Mail[];
}

/**
 * What was synthesized, running on this machine: EventBridge's rules, the topics, and the functions' real packages, each
 * in its own process with the real SDK, against a local AWS that authorizes every call by the synthesized policies.
 *
 * @example
 * const local = await LocalDeployment.start(readDeployment("cdktf.out", "111122223333"));
 * const outcomes = await local.send(event);
 * await local.close();
 */
export class LocalDeployment {
  private readonly processes = new Map<string, FunctionProcess>();
  private readonly functionSessions = new Map<string, RoleSession>();

  private constructor(
    readonly deployment: Deployment,
    readonly account: AwsAccount,
    readonly endpoint: AwsEndpoint,
    private readonly overrides: Readonly<Record<string, string>>,
  ) {
    endpoint.hooks.authorize = (call) => this.authorize(call);
  }

  /** @param overrides variables that the functions see in place of the deployed ones. */
  static async start(
    deployment: Deployment,
    overrides: Readonly<Record<string, string>> = {},
  ): Promise<LocalDeployment> {
    const account = new AwsAccount(deployment);
    for (const { name, path, tags, trustPolicy, policies } of deployment.roles) {
      account.addRole({
        name,
        path,
        tags,
        trustPolicy,
        policies: Object.fromEntries(policies.map((each) => [each.name, each.policy])),
      });
    }
    for (const { instanceId, name, instanceProfile } of deployment.instances) {
      const instanceProfileArn = instanceProfile && account.addInstanceProfile(instanceProfile).arn;
      account.addInstance({ instanceId, name, instanceProfileArn });
      const role = account.roles.get(instanceProfile?.roleName ?? "");
      if (role) role.lastUsed = { date: new Date(), region: account.region };
    }
    for (const { arn } of deployment.topics) account.topicArns.add(arn);
    for (const { arn } of deployment.eventBuses) account.busArns.add(arn);
    return new LocalDeployment(deployment, account, await AwsEndpoint.start(account), overrides);
  }

  /**
   * Puts an event on the default bus of its region, and waits until every target is done with it, and every rule of a bus that it
   * is forwarded to. If no rule of its region takes it, it is put on the buses of all regions: an event that somebody wants to see
   * handled may be from anywhere. Forwarders of other regions do not get it then, for it would be handled twice.
   *
   * @param at the time that the clocks of AWS and the functions show, from now on; undefined leaves them as they are.
   */
  async send(event: Record<string, unknown>, at?: Date): Promise<RuleOutcome[]> {
    if (at) this.endpoint.setClock(at);
    const rules = this.deployment.rules.filter(({ eventBusName }) => eventBusName === "default");
    const ofRegion = rules.filter(({ region }) => region === event["region"]);
    const isTaken = ofRegion.some(({ eventPattern }) => EventPattern.parse(eventPattern).match(event).matched);
    const ofAnywhere = rules.filter((rule) => ofRegion.includes(rule) || !this.isForwarder(rule));
    return this.match(event, isTaken ? ofRegion : ofAnywhere, at);
  }

  private async match(
    event: Record<string, unknown>,
    rules: readonly DeployedRule[],
    at?: Date,
  ): Promise<RuleOutcome[]> {
    const outcomes: RuleOutcome[] = [];
    for (const rule of rules) {
      const match = EventPattern.parse(rule.eventPattern).match(event);
      const receivedAt = new Date();
      const deliveries: Delivery[] = [];
      // EventBridge promises no order; topics first makes the timeline the one that people see.
      const targets = match.matched
        ? [...rule.targets].sort((a, b) => Number(this.isFunction(a)) - Number(this.isFunction(b)))
        : [];
      for (const target of targets) deliveries.push(await this.deliver(rule, target, event, at));
      outcomes.push({ rule, match, receivedAt, deliveries });
      for (const delivery of deliveries) {
        // The bus's own rules see the event as it was; its region and account are still those that it arose in.
        if (delivery.kind === "forwarded") outcomes.push(...(await this.match(event, this.rulesOn(delivery.bus), at)));
      }
    }
    return outcomes;
  }

  /** Ends every process and the endpoint. */
  async close(): Promise<void> {
    await Promise.all([...this.processes.values()].map((each) => each.stop()));
    await this.endpoint.close();
  }

  private rulesOn({ name, arn }: DeployedEventBus): DeployedRule[] {
    return this.deployment.rules.filter(
      ({ eventBusName, region }) => eventBusName === name && region === arn.split(":")[3],
    );
  }

  private isForwarder({ targets }: DeployedRule): boolean {
    return targets.some(({ arn }) => this.deployment.eventBuses.some((bus) => bus.arn === arn));
  }

  private isFunction({ arn }: RuleTarget): boolean {
    return this.deployment.functions.some(({ functionArn }) => functionArn === arn);
  }

  private async deliver(
    rule: DeployedRule,
    target: RuleTarget,
    event: Record<string, unknown>,
    at?: Date,
  ): Promise<Delivery> {
    const { topics, functions, eventBuses } = this.deployment;
    const payload = target.inputTransformer
      ? transformInput(target.inputTransformer, event, {
          ruleName: rule.name,
          ruleArn: rule.arn,
          ingestionTime: new Date().toISOString(),
        })
      : JSON.stringify(event);

    const topic = topics.find(({ arn }) => arn === target.arn);
    if (topic) {
      const why = await refusalByTopic(this.deployment, topic);
      if (why !== undefined) return { kind: "refused", target, why };
      const mail = { topicArn: topic.arn, message: payload, sentAt: new Date() };
      this.account.mails.push(mail);
      return { kind: "mailed", target, mail };
    }
    const bus = eventBuses.find(({ arn }) => arn === target.arn);
    if (bus) {
      const why = await refusalByEventBus(this.account, bus, rule, target);
      return why === undefined ? { kind: "forwarded", target, bus } : { kind: "refused", target, why };
    }
    const deployed = functions.find(({ functionArn }) => functionArn === target.arn);
    if (!deployed) {
      throw new LocalAwsError(
        `rule ${rule.name}: the target ${target.arn} is no topic, function or event bus of this deployment, and the local AWS supports no other`,
      );
    }
    const why = await refusalByFunction(this.deployment, deployed, rule);
    if (why !== undefined) return { kind: "refused", target, why };
    return { kind: "invoked", target, invoked: await this.invoke(deployed, JSON.parse(payload), at) };
  }

  private async invoke(deployed: DeployedFunction, event: unknown, at?: Date): Promise<InvokedFunction> {
    const startedAt = new Date();
    const warm = this.processes.get(deployed.functionArn);
    const process = warm ?? (await this.startFunction(deployed));
    if (process instanceof FunctionStartError) {
      return { deployed, startedAt, invocation: notStarted(process), calls: [], mails: [] };
    }
    const [callsBefore, mailsBefore] = [this.endpoint.calls.length, this.account.mails.length];
    const invocation = await process.invoke(event, at);
    return {
      deployed,
      startedAt,
      invocation,
      initMilliseconds: warm ? undefined : process.initMilliseconds,
      calls: this.endpoint.calls.slice(callsBefore),
      mails: this.account.mails.slice(mailsBefore),
    };
  }

  private async startFunction(deployed: DeployedFunction): Promise<FunctionProcess | FunctionStartError> {
    const session = functionSession(deployed);
    const { accessKeyId } = session;
    this.functionSessions.set(accessKeyId, session);
    try {
      const process = await FunctionProcess.start(
        { ...deployed, environment: { ...deployed.environment, ...this.overrides } },
        {
          endpointUrl: this.endpoint.url,
          credentials: { accessKeyId, secretAccessKey: "local", sessionToken: "local" },
        },
      );
      this.processes.set(deployed.functionArn, process);
      return process;
    } catch (error) {
      if (error instanceof FunctionStartError) return error;
      throw error;
    }
  }

  private async authorize(call: AwsCall): Promise<Denial | undefined> {
    const session = this.functionSessions.get(call.accessKeyId) ?? call.account.sessions.get(call.accessKeyId);
    if (!session) {
      throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
    }
    return denialOfCall(this.deployment, call.account, session, call);
  }
}

function notStarted({ error }: FunctionStartError): Invocation {
  return { kind: "died", error, milliseconds: 0, stdout: "", stderr: "" };
}

/** The session that Lambda gives to a function: of its role, under its own name. */
export function functionSession({ roleArn, functionArn, functionName }: DeployedFunction): RoleSession {
  const roleName = roleArn.split("/").at(-1) ?? "";
  const accessKeyId = uniqueId("ASIA", functionArn);
  return { roleName, sessionName: functionName, accessKeyId, issuedAt: new Date(), functionArn };
}
