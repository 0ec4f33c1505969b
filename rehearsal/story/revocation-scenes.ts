import type {
  Delivery,
  InvokedFunction,
  LocalDeployment,
  RuleOutcome,
} from "../../local-aws/deployment/local-deployment";
import { claim, unlessContains, unlessDecided, unlessDelivered } from "../play/claim";
import { deniedCalls, endingOf, outcomeOf } from "../play/function-result";
import { explainMismatches } from "../play/mismatch-text";
import type { Fact, Scene } from "../play/scene";
import type { Theft } from "./finding-event";
import { THIEFS_CALL, tryCall } from "./thief";
import { DENIED_CALL } from "./trail";

/** How the mail names what the thief called. */
const THIEFS_CALLS = ["WHAT THE KEYS WERE USED FOR", "ListTables on dynamodb", `${DENIED_CALL} on iam`];

/** The stolen credentials work. */
export async function thiefUsesCredentials(local: LocalDeployment, { stolen }: Theft): Promise<Scene> {
  const { fact, decision } = await tryCall(local, "the thief", stolen);
  return {
    title: "A thief uses the credentials of an instance's role from elsewhere",
    facts: [fact],
    claims: [claim(`the thief's ${THIEFS_CALL} is allowed`, unlessDecided(decision, "allowed"))],
  };
}

/** A rule matches the finding, and its targets take the event. */
export function findingIsMatched(outcomes: readonly RuleOutcome[]): Scene {
  const matching = outcomes.filter(({ match }) => match.matched);
  const deliveries = matching.flatMap((outcome) => outcome.deliveries);
  const mismatch = matching.length === 0 ? explainMismatches(outcomes) : undefined;
  return {
    title: "GuardDuty publishes a finding, and EventBridge matches it",
    facts: matching.map((outcome): Fact => ({ kind: "rule", outcome })),
    claims: [
      claim("a rule matches the finding", mismatch),
      ...(mismatch === undefined
        ? [claim("its targets take the event: people and the function", unlessDelivered(deliveries))]
        : []),
    ],
  };
}

/** EventBridge itself mails people. */
export function alertIsMailed(deliveries: readonly Delivery[], { stolen }: Theft): Scene {
  const alert = deliveries.find((delivery) => delivery.kind === "mailed")!.mail;
  const named = unlessContains(alert.message, [stolen.roleName, stolen.accessKeyId]);
  return {
    title: "EventBridge mails the alert",
    facts: [{ kind: "mail", mail: alert }],
    claims: [claim("the alert names the role and the stolen access key", named)],
  };
}

/** The function does its work, with the permissions of its own role. */
export function sessionsAreRevoked(revocation: InvokedFunction): Scene {
  const revoked = outcomeOf(revocation)?.outcome === "revoked";
  return {
    title: "The function revokes the role's sessions",
    facts: [{ kind: "invocation", invoked: revocation }],
    claims: [
      claim("its role allows every call that it makes", deniedCalls(revocation)),
      claim("its outcome is that the sessions are revoked", revoked ? undefined : endingOf(revocation)),
    ],
  };
}

/** The policy that the function names is on the role. */
export function policyIsAttached({ account }: LocalDeployment, { stolen }: Theft, revocation: InvokedFunction): Scene {
  const { policyName = "" } = outcomeOf(revocation) ?? {};
  const document = account.policy(stolen.roleName, policyName);
  return {
    title: "The policy is on the role",
    facts: document ? [{ kind: "policy", roleName: stolen.roleName, policyName, document }] : [],
    claims: [claim(`the role carries ${policyName}`, document ? undefined : "the role has no such inline policy")],
  };
}

/** The function tells people what it has done, and, if it looks, what the thief has done. */
export function reportIsMailed(revocation: InvokedFunction, looksAtActivity: boolean): Scene {
  const { mails } = revocation;
  const [report] = mails;
  const undo = ["delete-role-policy", outcomeOf(revocation)?.policyName ?? ""];
  return {
    title: "The function mails what it has done",
    facts: report ? [{ kind: "mail", mail: report }] : [],
    claims: [
      claim("one mail says what was done", mails.length === 1 ? undefined : `it sent ${mails.length} mails`),
      claim("it tells how to undo it", unlessContains(report?.message ?? "", undo)),
      ...(looksAtActivity
        ? [claim("it tells what the keys were used for", unlessContains(report?.message ?? "", THIEFS_CALLS))]
        : []),
    ],
  };
}

/** The stolen credentials do not work any more. */
export async function thiefIsLockedOut(local: LocalDeployment, { stolen }: Theft): Promise<Scene> {
  const { fact, decision } = await tryCall(local, "the thief", stolen);
  return {
    title: "The thief tries again",
    facts: [fact],
    claims: [claim(`the thief's ${THIEFS_CALL} is explicitly denied`, unlessDecided(decision, "explicitly denied"))],
  };
}
