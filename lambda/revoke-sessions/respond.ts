import type { NotRevokedOutcome, Outcome, RevokedOutcome } from "../../src/contract/outcome-line";
import type { KeyActivity } from "./activity";
import { activityInTime } from "./activity-in-time";
import { cutoffOf, cuts, decide, decideFor, type Documents, plansFor, wasHandledBefore, writes } from "./decision";
import { attachInRoom, isFull, messageOf, verify } from "./enforce";
import { type Finding, parseFindings } from "./finding";
import { follow, type RevokedCredentials } from "./follow";
import type { Following } from "./followed";
import type { Impact, Incident, Plan, Refused, Revoked } from "./incident";
import { needsPerson } from "./needs-person";
import { outlastingPropagation } from "./permission";
import { isoSeconds } from "./policy";
import type { Account, Dependencies } from "./ports";
import { type Refusal, RefusalError } from "./refusal";
import { roleTargets, type Target } from "./target";
import { claimedRole, memberRoleFor, type Role, triageFinding, triageRole } from "./triage";

/** What became of what a finding says of one role: the logged outcome, and the incident that is reported, if any. */
export interface Handled {
  readonly outcome: Outcome;
  readonly incident?: Incident;
}

/** What `respond` returns: of an attack sequence with several roles the worst, and the others. */
export interface Responded extends Handled {
  readonly others: readonly Handled[];
}

/**
 * Handles one event: finding, triage, revocation, report. Each role of an attack sequence is handled by itself, and all are
 * reported in one mail.
 *
 * @returns what became of it, after everybody who asked for it has been told.
 * @throws InvalidEventError for anything but a finding in EventBridge's envelope; whatever AWS still answers with after
 * the retries. In both cases the event has to come back, or end in the queue.
 */
export async function respond(event: unknown, dependencies: Dependencies): Promise<Responded> {
  const handled = await all(parseFindings(event).map((finding) => handle(finding, dependencies)));
  const [worst, ...others] = handled.sort((a, b) => urgency(a) - urgency(b));
  const [incident, ...otherIncidents] = [worst!, ...others].flatMap((each) => each.incident ?? []);
  if (incident) await dependencies.report(incident, otherIncidents);
  const [first, ...rest] = await Promise.all([worst!, ...others].map((each) => announced(each, dependencies)));
  return { ...first!, others: rest };
}

/**
 * Tells a machine of an incident that people have been told of, if there is one to tell.
 *
 * @returns the outcome with what became of that: nobody but a person can tell a machine what it missed.
 */
async function announced(handled: Handled, { configuration, announce }: Dependencies): Promise<Handled> {
  const { outcome, incident } = handled;
  if (incident === undefined || configuration.eventBusArn === undefined) return handled;
  return (await announce(incident))
    ? { ...handled, outcome: { ...outcome, event: "sent" } }
    : { ...handled, outcome: { ...outcome, event: "not-sent", needsPerson: true } };
}

/** Waits for all, so that no error interrupts another role's revocation, and then throws the first error. */
async function all<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** The place of an outcome among those of one finding: the smaller, the worse. */
function urgency({ outcome: { outcome, needsPerson } }: Handled): number {
  if (needsPerson) return outcome === "not-revoked" ? 0 : 1;
  return 2 + ["revoked", "not-revoked", "already-revoked"].indexOf(outcome);
}

/** Handles what a finding says of one role. */
async function handle(finding: Finding, dependencies: Dependencies): Promise<Handled> {
  const { configuration, accountOf, now, wait } = dependencies;

  const refuse = async (
    refusal: Refusal,
    plan: Plan | undefined,
    memberRole?: string,
    attached: readonly Target[] = [],
  ): Promise<Handled> => {
    const activity = await activityInTime(finding, dependencies);
    const incident: Refused = {
      kind: "refused",
      finding,
      configuration,
      activity,
      plan,
      refusal,
      attached,
      memberRole,
      handledAt: now(),
    };
    return { outcome: notRevokedOutcome(incident), incident };
  };

  const claimed = triageFinding(finding, configuration);
  if ("reason" in claimed) return refuse(claimed, manualPlan(finding));
  const { roleName } = claimed;
  const plans = plansFor(finding, claimed, [configuration.scope, configuration.repeatScope ?? configuration.scope]);
  const wanted = plans[configuration.scope] ?? plans.role;

  const memberRole = memberRoleFor(configuration, finding.accountId);
  let acting: Account, account: Account, role: Role | undefined, documents: Documents;
  try {
    acting = await accountOf(finding);
    account = outlastingPropagation(acting, wait);
    [role, documents] = await look(account, roleName, Object.values(plans));
  } catch (error) {
    if (error instanceof RefusalError) return refuse(error.refusal, wanted, memberRole);
    throw error;
  }
  const refusal = triageRole(claimed, role, configuration);
  if (refusal || !role) return refuse(refusal!, wanted, memberRole);

  const situation = { role, documents, sighting: finding.sighting, now: now() };
  let decision = decide(plans, configuration, situation);
  const isRepeat = !writes(decision) && !wasHandledBefore(decision);
  const repeated = (cutoff: Date): Handled => ({
    outcome: revokedOutcome({ finding, plan: decision.plan, memberRole }, "already-revoked", cutoff, false),
  });
  if (isRepeat && !configuration.followSessions) return repeated(cutoffOf(decision.steps));

  let written = await attachInRoom(account, roleName, decision.steps, now);
  if (isFull(written) && decision.plan !== plans.role) {
    decision = { ...decideFor(plans.role, [], situation), asked: decision.asked };
    written = await attachInRoom(account, roleName, decision.steps, now);
  }
  const refused = written.find(({ kind }) => kind === "refused");
  if (refused?.kind === "refused") {
    const taken = written.filter(({ kind }) => kind === "taken");
    return refuse(
      refused.refusal,
      decision.plan,
      memberRole,
      taken.map(({ step }) => step.target),
    );
  }

  const steps = written.map(({ step }) => step);
  const writtenAt = writes({ steps }) ? now() : undefined;
  const { verification, steps: kept } = await verify(
    account,
    claimed,
    steps,
    configuration.verifyAfterSeconds,
    dependencies,
  );
  const cutoff = cutoffOf(kept);
  const [impact, { activity, following }] = await Promise.all([
    account.findRoleUse(roleName, finding.region).then(
      (uses): Impact => ({ kind: "listed", uses }),
      (error: unknown): Impact => ({ kind: "unknown", why: messageOf(error) }),
    ),
    traceOf({ finding, plan: decision.plan, steps: kept, cutoff }, acting, dependencies),
  ]);
  const isNews = following?.isNews || verification.state === "restored" || verification.state === "not-kept";
  if (isRepeat && !isNews) return repeated(cutoff);
  const incident: Revoked = {
    kind: "revoked",
    finding,
    configuration,
    activity,
    plan: decision.plan,
    asked: decision.asked,
    role,
    cutoff,
    moved: cuts(decision) || (!writes(decision) && !isRepeat),
    isRepeat,
    following,
    distrusted: steps.some(({ revocation }) => revocation.kind === "cut" && revocation.distrusted),
    writtenAt,
    verification,
    impact,
    memberRole,
    handledAt: now(),
  };
  const outcome = cuts(decision) ? "revoked" : "already-revoked";
  return { outcome: revokedOutcome(incident, outcome, incident.cutoff, needsPerson(incident)), incident };
}

/** What the stolen credentials were used for, and what became of the sessions that they started, as far as this deployment looks. */
async function traceOf(
  handled: RevokedCredentials,
  account: Account,
  dependencies: Dependencies,
): Promise<{ readonly activity?: KeyActivity; readonly following?: Following }> {
  const activity = await activityInTime(handled.finding, dependencies);
  if (!dependencies.configuration.followSessions || activity?.kind !== "looked-up") return { activity };
  return { activity, following: await follow(handled, activity, account, dependencies) };
}

/** Reads the role and what is attached to it, all at once. */
async function look(
  account: Account,
  roleName: string,
  plans: readonly (Plan | undefined)[],
): Promise<[Role | undefined, Documents]> {
  const names = plans.flatMap((plan) => plan?.targets.map(({ policyName }) => policyName) ?? []);
  const [role, ...documents] = await Promise.all([
    account.getRole(roleName),
    ...names.map((policyName) => account.getRolePolicy(roleName, policyName)),
  ]);
  return [role, new Map(names.map((name, index) => [name, documents[index]]))];
}

/** What a person could revoke by hand if the function must not: only if the finding names a role. */
function manualPlan(finding: Finding): Plan | undefined {
  const claimed = claimedRole(finding);
  return claimed && { ...roleTargets(finding, claimed), roleName: claimed.roleName };
}

function revokedOutcome(
  handled: Acted,
  outcome: RevokedOutcome["outcome"],
  cutoff: Date,
  needed: boolean,
): RevokedOutcome {
  return { outcome, ...handledFinding(handled), cutoff: isoSeconds(cutoff), needsPerson: needed };
}

function notRevokedOutcome(refused: Refused): NotRevokedOutcome {
  const { reason } = refused.refusal;
  return { outcome: "not-revoked", reason, ...handledFinding(refused), needsPerson: needsPerson(refused) };
}

type Acted = Pick<Incident, "finding" | "plan" | "memberRole">;

function handledFinding({ finding, plan, memberRole }: Acted) {
  return {
    findingId: finding.id,
    findingType: finding.type,
    accountId: finding.accountId ?? "unknown",
    region: finding.region,
    role: plan?.roleName,
    policyName: plan?.targets[0].policyName,
    scope: plan?.scope,
    accessKeyIds: plan?.accessKeyIds,
    ...(memberRole && { actedIn: finding.accountId, memberRole }),
  };
}
