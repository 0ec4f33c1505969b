import { findingKind } from "../../../src/contract/finding-kinds";
import type { Revoked } from "../incident";
import { type Holder, stolenSessions } from "./session";
import { wrap } from "./text";

/** Why the thief may come back, by what held the stolen credentials. */
const LEAKS: Readonly<Record<Holder, string>> = {
  instance: "Whoever can reach the instance can fetch new ones: isolate it.",
  function: "Whoever can make the function run code can read new ones: stop it.",
  task: "Whoever can reach the task, or the one that takes its place, can fetch new ones.",
  pod: "Whoever can reach the pod, or the one that takes its place, can fetch new ones.",
  server: "Whoever has the certificate's private key can start new sessions: revoke the certificate.",
  user: "Whoever can sign in as the user can start new sessions: end the user's sessions and change the password.",
  other: "Whoever could start the stolen session can start another one.",
};

/** What a revocation leaves to people. */
export function limits({ finding, role, activity, following, configuration }: Revoked): string[] {
  const found = new Set(stolenSessions(finding, role).map(({ holder }) => LEAKS[holder]));
  const { advice = "" } = findingKind(finding.type, configuration.findings) ?? {};
  const where = activity === undefined ? "AssumeRole in what DO NOW shows" : "see WHAT THE KEYS WERE USED FOR";
  const others = following
    ? "It ends the sessions of other roles that CloudTrail told of and that it may revoke (see WHAT THE KEYS WERE USED FOR), and " +
      "no others."
    : `It does not end sessions of other roles that the thief started meanwhile (${where}): revoke those roles too.`;
  return wrap(
    `${others} It does not undo ` +
      "what was done. What trusts sts:GetCallerIdentity, such as a cluster that maps the role, goes on trusting the " +
      `credentials until they expire. ${[...found, advice].join(" ")}`,
  );
}
