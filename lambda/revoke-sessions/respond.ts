import type { Configuration } from "./configuration";
import { type Finding, parseFinding } from "./finding";
import type { Impact, RoleUse } from "./impact";
import type { Refusal, Result } from "./outcome";
import { isoSeconds, planRevocation, restoreRevocation, type Revocation } from "./revocation";
import { type Target, type Targets, targetsOf } from "./target";
import { namedRole, type Role, type Suspect, triageFinding, triageRole } from "./triage";

/** What the function does in AWS. Each call retries what can pass by itself; what it throws must be retried as a whole. */
export interface Aws {
  /** The role, or undefined where the account has none of that name. */
  getRole(roleName: string): Promise<Role | undefined>;
  /** The document of an inline policy, or undefined where there is none. */
  getRolePolicy(roleName: string, policyName: string): Promise<string | undefined>;
  /** Attaches an inline policy; a refusal that no retry can change is returned, not thrown. */
  putRolePolicy(roleName: string, policyName: string, document: string): Promise<Refusal | undefined>;
  /** The instances of the account and region that use the role. */
  findRoleUse(roleName: string): Promise<readonly RoleUse[]>;
  /** Tells the topic. */
  notify(incident: Incident): Promise<void>;
}

export interface Dependencies {
  readonly configuration: Configuration;
  readonly aws: Aws;
  readonly now: () => Date;
  readonly wait: (seconds: number) => Promise<void>;
}

/** How far the revocation is known to hold. */
export type Verification =
  | { readonly state: "verified" | "restored" | "not-asked" | "role-gone" }
  | { readonly state: "not-kept"; readonly refusal?: Refusal }
  | { readonly state: "unverified"; readonly why: string };

/** The role that is to be revoked, and the policies that do it. */
export type Plan = Targets & { readonly roleName: string };

interface Handled {
  readonly finding: Finding;
  readonly configuration: Configuration;
  readonly handledAt: Date;
}

/** The stolen sessions are denied. */
export interface Revoked extends Handled {
  readonly plan: Plan;
  readonly cutoff: Date;
  /** When IAM had taken the policy; undefined where an earlier attempt at the same event wrote it. */
  readonly writtenAt?: Date;
  readonly verification: Verification;
  readonly impact: Impact;
}

/** They are not, or not all of them. */
export interface Refused extends Handled {
  readonly refusal: Refusal;
  /** What could be revoked by hand; undefined where the finding names no role. */
  readonly plan?: Plan;
  /** What of the plan is attached although IAM refused the rest: scope `session` may need several policies. */
  readonly attached: readonly Target[];
}

/** All that happened about one finding: what the mail is written from. */
export type Incident = Revoked | Refused;

/** The end of one event. */
export interface Answer {
  readonly result: Result;
  /** What people were told; undefined where nobody had to be. */
  readonly incident?: Incident;
}

/** After this many restorations that did not hold, the policy is put back once more and a person is called. */
const MAX_RESTORATIONS = 2;

/**
 * Answers one event: finding, triage, revocation, report.
 *
 * @returns what became of it, after everybody who asked for it has been told.
 * @throws InvalidEventError for anything but a finding in EventBridge's envelope; whatever AWS still answers with after
 * the retries. In both cases the event has to come back, or end in the queue.
 */
export async function respond(event: unknown, { configuration, aws, now, wait }: Dependencies): Promise<Answer> {
  const finding = parseFinding(event);

  const refuse = async (refusal: Refusal, plan?: Plan, attached: readonly Target[] = []): Promise<Answer> => {
    const incident: Refused = { finding, configuration, plan, refusal, attached, handledAt: now() };
    await aws.notify(incident);
    return { result: resultOf(finding, "not-revoked", plan, { reason: refusal.reason }), incident };
  };

  const suspect = triageFinding(finding, configuration);
  if ("reason" in suspect) return refuse(suspect, manualPlan(finding));
  const plan = { ...targetsOf(finding, suspect, configuration.scope), roleName: suspect.roleName };

  const [role, ...attached] = await Promise.all([
    aws.getRole(suspect.roleName),
    ...plan.targets.map(({ policyName }) => aws.getRolePolicy(suspect.roleName, policyName)),
  ]);
  const refusal = triageRole(suspect, role, configuration);
  if (refusal) return refuse(refusal, plan);

  const revocations = plan.targets.map((target, index) => planRevocation(attached[index], target, now()));
  const writes = revocations.map((revocation, index) => write(aws, suspect, plan.targets[index]!, revocation));
  const refused = await every(writes);
  const writeRefusal = refused.find((each) => each !== undefined);
  if (writeRefusal) {
    const taken = plan.targets.filter((_, index) => refused[index] === undefined);
    return refuse(writeRefusal, plan, taken);
  }

  const cutoff = new Date(Math.max(...revocations.map((revocation) => revocation.cutoff.getTime())));
  const wrote = revocations.some(({ kind }) => kind === "write");
  const writtenAt = wrote ? now() : undefined;
  const outcome = wrote ? "revoked" : "already-revoked";
  const result = resultOf(finding, outcome, plan, { cutoff: isoSeconds(cutoff) });
  if (!wrote && !isOwnEarlierAttempt(finding, cutoff)) return { result };

  const verification = await verify(aws, suspect, plan.targets, revocations, configuration.verifyAfterSeconds, wait);
  const impact = await aws.findRoleUse(suspect.roleName).then(
    (uses): Impact => ({ uses }),
    (error: unknown): Impact => ({ unknown: messageOf(error) }),
  );
  const handledAt = now();
  const incident: Revoked = { finding, configuration, plan, cutoff, writtenAt, verification, impact, handledAt };
  await aws.notify(incident);
  return { result, incident };
}

async function write(aws: Aws, { roleName }: Suspect, { policyName }: Target, revocation: Revocation) {
  return revocation.kind === "write" ? aws.putRolePolicy(roleName, policyName, revocation.document) : undefined;
}

/**
 * Whether this very event may have written the revocation in an attempt whose mail never left: then the mail is still
 * owed. A cut-off lies ahead of its writing, so the event's own is never before the event; a repeat of the finding,
 * published after the cut-off, is none.
 */
function isOwnEarlierAttempt({ eventTime }: Finding, cutoff: Date): boolean {
  return eventTime === undefined || cutoff >= eventTime;
}

/** Waits for all, even where one fails: a write that is still being retried would outlive the invocation that gave it up. */
async function every<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/**
 * Looks again once IAM enforces the change: until then a thief whose session may edit the role can still delete the
 * policy, and another invocation that read before we wrote can have overwritten it.
 */
async function verify(
  aws: Aws,
  { roleName, roleId }: Suspect,
  targets: Targets["targets"],
  revocations: readonly Revocation[],
  seconds: number,
  wait: Dependencies["wait"],
): Promise<Verification> {
  if (seconds === 0) return { state: "not-asked" };
  let restored = false;
  for (let restorations = 0; ; restorations++) {
    await wait(seconds);
    let documents: (string | undefined)[];
    try {
      documents = await Promise.all(targets.map(({ policyName }) => aws.getRolePolicy(roleName, policyName)));
    } catch (error) {
      return { state: "unverified", why: messageOf(error) };
    }
    const lost = targets.flatMap((target, index) => {
      const restoration = restoreRevocation(documents[index], target, revocations[index]!.cutoff);
      return restoration === undefined ? [] : [{ target, ...restoration }];
    });
    const weakened = lost.some((each) => each.weakened);
    const last = restorations === MAX_RESTORATIONS;
    if (lost.length === 0 || (last && !weakened)) return { state: restored ? "restored" : "verified" };
    // A role that was made anew under the name has nothing to be restored.
    if ((await aws.getRole(roleName))?.roleId !== roleId) return { state: "role-gone" };
    const refused = await every(
      lost.map(({ target, document }) => aws.putRolePolicy(roleName, target.policyName, document)),
    );
    const refusal = refused.find((each) => each !== undefined);
    if (refusal?.reason === "role-not-found") return { state: "role-gone" };
    if (weakened && (last || refusal)) return { state: "not-kept", refusal };
    restored ||= weakened;
  }
}

/** What a person could revoke by hand where the function may not: only if the finding names a role. */
function manualPlan(finding: Finding): Plan | undefined {
  const suspect = namedRole(finding);
  return suspect && { ...targetsOf(finding, suspect, "role"), roleName: suspect.roleName };
}

function resultOf(
  finding: Finding,
  outcome: Result["outcome"],
  plan: Plan | undefined,
  further: Pick<Result, "reason" | "cutoff">,
): Result {
  return {
    outcome,
    ...further,
    findingId: finding.id,
    findingType: finding.type,
    accountId: finding.accountId ?? "unknown",
    region: finding.region,
    role: plan?.roleName,
    policyName: plan?.targets[0].policyName,
    scope: plan?.scope,
    accessKeyIds: plan?.accessKeyIds,
  };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
