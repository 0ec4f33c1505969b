import type { LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { deniedCalls, endingOf, invokedIn, resultOf, writes } from "../play/function-result";
import { explainMismatches } from "../play/mismatch-text";
import { claim, unlessContains, unlessDecided, unlessDelivered } from "../play/claim";
import { findingEvent, type Theft } from "./finding-event";
import { safetyNet } from "./safety-net";
import type { Fact, Scene } from "../play/scene";
import { theftAgain } from "./theft-again";
import { instanceSession, type Robbed, robbedInstance, THIEFS_CALL, tryCall } from "./thief";

const MINUTE = 60_000;

/**
 * Plays the workshop's story against what was synthesized: the theft, the finding, both mails, the revocation, the thief
 * locked out, and what happens when GuardDuty repeats itself and when the thief comes back.
 *
 * Ends after the first scene with a claim that does not hold: what follows would rest on it.
 */
export async function* playStory(local: LocalDeployment): AsyncGenerator<Scene> {
  for await (const scene of scenes(local)) {
    yield scene;
    if (scene.claims.some(({ holds }) => !holds)) return;
  }
}

async function* scenes(local: LocalDeployment): AsyncGenerator<Scene> {
  const { account } = local;
  const robbed = robbedInstance(local);
  const now = new Date();
  const stolen = instanceSession(robbed, new Date(now.getTime() - 45 * MINUTE), "stolen");
  const firstSeen = new Date(now.getTime() - 6 * MINUTE);
  const theft: Theft = { stolen, firstSeen, lastSeen: now, count: 1, publishedAt: now };

  const before = await tryCall(local, "the thief", stolen);
  yield {
    title: "A thief uses the credentials of an instance's role from elsewhere",
    facts: [before.fact],
    claims: [claim(`the thief's ${THIEFS_CALL} is allowed`, unlessDecided(before.decision, "allowed"))],
  };

  const outcomes = await local.send(findingEvent(account, theft));
  const matching = outcomes.filter(({ match }) => match.matched);
  const deliveries = matching.flatMap((outcome) => outcome.deliveries);
  yield {
    title: "GuardDuty publishes a finding, and EventBridge matches it",
    facts: matching.map((outcome): Fact => ({ kind: "rule", outcome })),
    claims:
      matching.length === 0
        ? [claim("a rule matches the finding", explainMismatches(outcomes))]
        : [
            claim("a rule matches the finding", undefined),
            claim("its targets take the event: people and the function", unlessDelivered(deliveries)),
          ],
  };

  const alert = deliveries.find((delivery) => delivery.kind === "mailed")!.mail;
  const named = [stolen.roleName, stolen.accessKeyId];
  yield {
    title: "EventBridge mails the alert",
    facts: [{ kind: "mail", mail: alert }],
    claims: [claim("the alert names the role and the stolen access key", unlessContains(alert.message, named))],
  };

  const revocation = invokedIn(deliveries)!;
  const result = resultOf(revocation);
  const notRevoked = result?.outcome === "revoked" ? undefined : endingOf(revocation);
  yield {
    title: "The function revokes the role's sessions",
    facts: [{ kind: "invocation", invoked: revocation }],
    claims: [
      claim("its role allows every call that it makes", deniedCalls(revocation)),
      claim("it answers that the sessions are revoked", notRevoked),
    ],
  };

  const { policyName = "", cutoff = "" } = result ?? {};
  const document = account.policy(stolen.roleName, policyName);
  yield {
    title: "The policy is on the role",
    facts: document ? [{ kind: "policy", roleName: stolen.roleName, policyName, document }] : [],
    claims: [claim(`the role carries ${policyName}`, document ? undefined : "the role has no such inline policy")],
  };

  const { mails } = revocation;
  const [report] = mails;
  yield {
    title: "The function mails what it has done",
    facts: report ? [{ kind: "mail", mail: report }] : [],
    claims: [
      claim("one mail says what was done", mails.length === 1 ? undefined : `it sent ${mails.length} mails`),
      claim("it tells how to undo it", unlessContains(report?.message ?? "", ["delete-role-policy", policyName])),
    ],
  };

  const after = await tryCall(local, "the thief", stolen);
  yield {
    title: "The thief tries again",
    facts: [after.fact],
    claims: [
      claim(`the thief's ${THIEFS_CALL} is explicitly denied`, unlessDecided(after.decision, "explicitly denied")),
    ],
  };

  yield await whoElse(local, robbed, new Date(cutoff));
  yield await repetition(local, theft, new Date(cutoff));
  yield await theftAgain(local, robbed, theft, new Date(cutoff));
  yield await safetyNet(local);
}

/** Who else is hit, and who is not. */
async function whoElse(local: LocalDeployment, robbed: Robbed, cutoff: Date): Promise<Scene> {
  const newer = instanceSession(robbed, cutoff, "fresh");
  const fresh = await tryCall(local, "a session started after the cut-off", newer);
  const neighbour = { ...robbed, instanceId: `i-${"0".repeat(16)}2` };
  const older = instanceSession(neighbour, new Date(cutoff.getTime() - 10 * MINUTE), "neighbour");
  const other = await tryCall(local, "another instance with the role, not yet renewed", older);
  const narrow = local.deployment.functions.some(({ environment }) => environment["SCOPE"] === "session");
  return {
    title: narrow ? "Everybody else goes on working" : "Whoever gets new credentials goes on working",
    facts: [fresh.fact, other.fact],
    claims: [
      claim("a session started after the cut-off is allowed", unlessDecided(fresh.decision, "allowed")),
      ...(narrow
        ? [claim("another instance with the role goes on working", unlessDecided(other.decision, "allowed"))]
        : []),
    ],
  };
}

/** GuardDuty repeats a finding for as long as the thief tries, even with credentials that are dead. */
async function repetition(local: LocalDeployment, theft: Theft, cutoff: Date): Promise<Scene> {
  const repeat = { ...theft, count: 2, publishedAt: new Date(cutoff.getTime() + 15 * MINUTE) };
  const deliveries = (await local.send(findingEvent(local.account, repeat))).flatMap((outcome) => outcome.deliveries);
  const alerts = deliveries.filter(({ kind }) => kind === "mailed").length;
  const repeated = invokedIn(deliveries);
  const dated = `the event is dated 15 minutes after the cut-off; EventBridge mails ${alerts} alert${alerts === 1 ? "" : "s"} again`;
  const text = "the function finds the stolen key answered already";
  return {
    title: "GuardDuty repeats the finding: the thief goes on trying",
    facts: [{ kind: "note", text: dated }, ...(repeated ? [{ kind: "invocation" as const, invoked: repeated }] : [])],
    claims: repeated
      ? [
          claim(text, resultOf(repeated)?.outcome === "already-revoked" ? undefined : endingOf(repeated)),
          claim("it writes nothing, so healthy sessions are left alone", writes(repeated)),
          claim("it mails nothing once more", repeated.mails.length === 0 ? undefined : "it mails again"),
        ]
      : [claim(text, "it was not invoked")],
  };
}
