import { claim } from "../../rehearsal/play/claim";
import { Scope } from "../../src/contract/environment";
import type { OutcomeLine } from "../../src/contract/outcome-line";
import type { Deployed } from "../deployed";
import { DRILL_FINDING } from "../finding-id";
import type { Step } from "../step";
import { drillEvent } from "./drill-event";
import type { DrillAccount, DrillSession } from "./ports";
import { othersIn } from "./undo";
import { LIMIT_SECONDS, type Seen, watch, type Watched } from "./watch";

/** What is to be drilled. */
export interface Drill {
  readonly deployed: Deployed;
  readonly roleName: string;
  readonly roleArn: string;
  /** The scope that the deployment asks for. */
  readonly scope: Scope;
  /** Whether the policy is removed in the end. */
  readonly undo: boolean;
}

/** Sessions that are issued later are tried for so long: clocks differ. */
const LATER_SECONDS = 60;

/**
 * Drills a role: a session of it works, the function is handed a finding about that session, the session is denied, one that
 * is issued later works.
 *
 * What rests on a claim that does not hold is left out; a policy that was seen is removed or named in any case.
 */
export async function* revoke(account: DrillAccount, drill: Drill): AsyncGenerator<Step> {
  const { deployed, roleName, roleArn, undo } = drill;
  const findingId = DRILL_FINDING + compact(account.now());
  const session = await account.startSession(roleArn, sessionNameFor(drill.scope, findingId));
  const { call, tried } = await findCall(account, session);
  yield {
    title: `A session of the role ${roleName} works`,
    facts: [`${session.accessKeyId}, a session of ${session.name}`, ...tried],
    claims: [
      claim(
        "the session may make a harmless call",
        call === undefined
          ? "allow the role one of those above: ec2:DescribeRegions tells nothing of the account"
          : undefined,
      ),
    ],
  };
  if (call === undefined) return;

  const at = account.now();
  const event = drillEvent(deployed, { findingId, roleName, session, call, operator: account.operator, at });
  await account.handOver(event);
  const watched = await watch(account, { roleName, session, call, findingId }, at);
  const { policy, denied, outcome } = watched;
  // "already-revoked" is a second attempt's, after the first one's write.
  const revoked = outcome && outcome.value.outcome !== "not-revoked" ? outcome.value : undefined;
  yield {
    title: "The function is handed a finding about that session",
    facts: [
      `finding ${findingId}, which looks like one of GuardDuty`,
      `function ${deployed.functionName}${outcome ? `: ${endingOf(outcome.value)}` : ""}`,
      ...timeline(watched, call),
    ],
    claims: [
      claim(
        "its outcome is that the sessions are revoked",
        revoked ? undefined : unlessRevoked(outcome?.value, deployed),
      ),
      claim("the role carries the policy", policy ? undefined : "no such policy was seen on it"),
    ],
  };

  if (revoked && policy) {
    yield sessionIsDenied(call, policy, denied);
    if (denied) yield await laterSessionWorks(account, drill, session, call, revoked);
  }
  if (policy) {
    yield undo ? await policyIsRemoved(account, roleName, policy.value, event) : policyStays(roleName, policy.value);
  }
}

/** A time in letters and digits: `20261201T103000Z`. */
const compact = (time: Date): string => time.toISOString().replace(/[-:]|\.\d+/g, "");

/** Narrow scopes are of instances only: the session is called as one's is, by an id that no instance has. */
function sessionNameFor(scope: Scope, findingId: string): string {
  return scope === Scope.ROLE ? findingId : `i-d${findingId.replace(/\D/g, "").padStart(16, "0")}`;
}

/** The first harmless call that the session may make. */
async function findCall(account: DrillAccount, session: DrillSession): Promise<{ call?: string; tried: string[] }> {
  const tried: string[] = [];
  for (const call of account.harmlessCalls) {
    const attempt = await session.attempt(call);
    tried.push(`${call}: ${attempt}`);
    if (attempt === "allowed") return { call, tried };
  }
  return { tried };
}

function endingOf(line: OutcomeLine): string {
  return line.outcome === "not-revoked"
    ? `${line.outcome} (${line.reason})`
    : `${line.outcome}, scope ${line.scope}, cut-off ${line.cutoff}`;
}

function unlessRevoked(line: OutcomeLine | undefined, { logGroupName, region }: Deployed): string {
  if (line) return `it is ${endingOf(line)}; the mail says why`;
  return (
    `its log has none after ${LIMIT_SECONDS} s: aws logs tail ${logGroupName} --region ${region}; ` +
    "if it failed, the finding waits in the failure queue"
  );
}

/** What was seen when, in its order. */
function timeline({ policy, denied, outcome }: Watched, call: string): string[] {
  const events = [
    { seconds: 0, what: "finding handed over" },
    policy && { seconds: policy.seconds, what: `policy ${policy.value} on the role` },
    denied && { seconds: denied.seconds, what: `${call} explicitly denied` },
    outcome && { seconds: outcome.seconds, what: "outcome in the log, mail sent" },
  ].flatMap((event) => event ?? []);
  return events
    .sort((a, b) => a.seconds - b.seconds)
    .map(({ seconds, what }) => `${seconds.toFixed(1).padStart(6)} s  ${what}`);
}

/** From the finding to the denial, and what of it is the time that IAM takes to enforce what it has taken. */
function sessionIsDenied(call: string, policy: Seen<unknown>, denied: Seen<unknown> | undefined): Step {
  const title = "The session is explicitly denied";
  const text = `${call} is explicitly denied`;
  if (!denied) return { title, facts: [], claims: [claim(text, `it was not, for ${LIMIT_SECONDS} s`)] };
  const propagation = Math.max(0, denied.seconds - policy.seconds);
  return {
    title,
    facts: [
      `${denied.seconds.toFixed(1)} s from the finding to the explicit deny`,
      `${propagation.toFixed(1)} s of it are IAM's propagation: from when the policy is on the role`,
    ],
    seconds: { findingToDeny: denied.seconds, propagation },
    claims: [claim(text, undefined)],
  };
}

async function laterSessionWorks(
  account: DrillAccount,
  { roleArn }: Drill,
  denied: DrillSession,
  call: string,
  { cutoff, scope }: { readonly cutoff: string; readonly scope?: Scope },
): Promise<Step> {
  const secondsToCutoff = () => (Date.parse(cutoff) - account.now().getTime()) / 1_000;
  // A lock denies its instance's later sessions too: the others are who goes on working.
  const name = scope === Scope.INSTANCE ? `${denied.name}-other` : denied.name;
  if (scope !== Scope.INSTANCE) await account.wait(Math.max(0, secondsToCutoff() + 1));
  let session, attempt;
  const end = account.now().getTime() + LATER_SECONDS * 1_000;
  do {
    if (session) await account.wait(5);
    session = await account.startSession(roleArn, name);
    attempt = await session.attempt(call);
  } while (attempt !== "allowed" && account.now().getTime() < end);
  const what = scope === Scope.INSTANCE ? "a session of another name" : "a session issued after the cut-off";
  return {
    title: scope === Scope.INSTANCE ? "Other sessions work" : "A session that is issued later works",
    facts: [`${session.accessKeyId}, a session of ${session.name}`, `${call}: ${attempt}`],
    claims: [claim(`${what} is allowed`, attempt === "allowed" ? undefined : `it is ${attempt}`)],
  };
}

async function policyIsRemoved(
  account: DrillAccount,
  roleName: string,
  policyName: string,
  event: unknown,
): Promise<Step> {
  const title = "The policy is removed again";
  const text = `${policyName} is not on the role any more`;
  const document = await account.policy(roleName, policyName);
  const others = document && othersIn(document, event, account.now());
  if (others) return { title, facts: [], claims: [claim(text, `it stays: ${others}`)] };
  if (document !== undefined) await account.removePolicy(roleName, policyName);
  const isLeft = (await account.policyNames(roleName)).includes(policyName);
  return {
    title,
    facts: ["The guard, if there is one, mails who has removed it: that was this drill."],
    claims: [claim(text, isLeft ? "it is still listed" : undefined)],
  };
}

const policyStays = (roleName: string, policyName: string): Step => ({
  title: "The policy stays on the role",
  facts: [
    "It denies sessions from before the cut-off only. Until somebody removes it, drill check names it. To remove it:",
  ],
  command: `aws iam delete-role-policy --role-name ${roleName} --policy-name ${policyName}`,
  claims: [],
});
