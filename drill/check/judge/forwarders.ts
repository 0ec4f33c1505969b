import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, notLookedAt, right, unlessWrong, wrong } from "../result";
import { type ReadDetector, judgeDetector } from "./detector";
import { unlessInvoked } from "./function";
import { has, statementsOf } from "./policy-document";
import { matchesEveryFinding, type ReadRule, ruleProblems } from "./rule";

/** How findings of further regions come to the function. */
export interface ReadForwarding {
  /** The event bus that they are sent to; undefined if there is none. */
  readonly bus?: {
    readonly arn: string;
    /** Its rules that have the function as a target. */
    readonly rules: readonly ReadRule[];
    /** JSON of the function's own policy. */
    readonly functionPolicy?: string;
  };
  readonly regions: readonly ReadRegion[];
  /** Regions that could not be looked at. */
  readonly unseen: readonly string[];
}

/** A further region. */
export interface ReadRegion {
  readonly region: string;
  readonly detector?: ReadDetector;
  /** Whether it has a response of its own. */
  readonly hasResponse: boolean;
  readonly forwarders: readonly ReadForwarder[];
}

/** A rule that has the event bus as a target. */
export interface ReadForwarder extends ReadRule {
  /** JSON of what the role of its target may do; undefined if it has no role, or that one no such policy. */
  readonly permissions?: string;
}

/** Findings of every further region in which GuardDuty is on reach the function, if it is deployed for several regions. */
export function judgeForwarders(forwarding: ReadForwarding, deployed: Deployed): readonly Judgement[] {
  const { bus, regions, unseen } = forwarding;
  if (!bus) {
    const others = regions.filter(({ detector, hasResponse }) => detector?.status === "ENABLED" && !hasResponse);
    const names = others.map(({ region }) => region).join(", ");
    const unhandled = names === "" ? "" : `; GuardDuty is on, and nobody handles its findings, in ${names}`;
    return [right(`only findings of ${deployed.region} are handled${unhandled}${notLookedAt(unseen)}`)];
  }
  const forwarded = regions.filter(({ forwarders }) => forwarders.length > 0).map(({ region }) => region);
  return unlessWrong(`findings are forwarded from ${forwarded.join(", ") || "nowhere"}${notLookedAt(unseen)}`, [
    ...ruleProblems(bus.rules, deployed),
    ...bus.rules.flatMap(({ arn }) => unlessInvoked(bus.functionPolicy, arn, deployed)),
    ...regions.flatMap((each) => regionProblems(each, bus.arn)),
  ]);
}

function regionProblems(
  { region, detector, hasResponse, forwarders }: ReadRegion,
  busArn: string,
): readonly Judgement[] {
  if (forwarders.length === 0) {
    if (detector?.status !== "ENABLED" || hasResponse) return [];
    return [
      wrong(
        `GuardDuty is on in ${region}, and nobody handles its findings: it has no forwarder`,
        `deploy a FindingForwarder in ${region}: docs/organization.md, "Several regions"; or leave this out with --without forwarders`,
      ),
    ];
  }
  return [
    ...judgeDetector(detector, region).filter(({ holds }) => !holds),
    ...forwarders.flatMap((forwarder) => forwarderProblems(forwarder, region, busArn)),
  ];
}

function forwarderProblems(
  { name, enabled, pattern, targets, permissions }: ReadForwarder,
  region: string,
  busArn: string,
): Judgement[] {
  const what = `the forwarder ${name} in ${region}`;
  const problems: Judgement[] = [];
  if (!enabled) {
    problems.push(wrong(`${what} is disabled`, `aws events enable-rule --region ${region} --name ${name}`));
  }
  if (!matchesEveryFinding(pattern)) {
    problems.push(wrong(`${what} does not forward every finding: its pattern is ${pattern}`, APPLY));
  }
  if (!maySend(permissions, busArn)) {
    problems.push(wrong(`${what} may not send to the event bus: its role is gone, or lacks it`, APPLY));
  }
  if (!targets.every(({ deadLetterQueueArn }) => deadLetterQueueArn)) {
    problems.push(wrong(`${what} has no queue for what cannot be forwarded`, APPLY));
  }
  return problems;
}

const maySend = (permissions = "{}", busArn: string): boolean =>
  statementsOf(permissions).some(
    ({ Effect, Action, Resource }) => Effect === "Allow" && has(Action, "events:PutEvents") && has(Resource, busArn),
  );
