import { parseFindings } from "../../lambda/revoke-sessions/finding";
import { readPolicy, userIdIn } from "../../lambda/revoke-sessions/policy";
import { roleTargets } from "../../lambda/revoke-sessions/target";
import { claimedRole } from "../../lambda/revoke-sessions/triage";

/**
 * Why a policy is not a drill's alone; undefined if it is. A real finding may have come while the drill was run: its credentials
 * are then denied by the same policy, and would work again without it.
 *
 * @param document of the policy.
 * @param event with which the drill was begun.
 */
export function othersIn(document: string, event: unknown, now: Date): string | undefined {
  const [finding] = parseFindings(event);
  const [{ stolen, event: handled, sessions }] = roleTargets(finding, claimedRole(finding)!).targets;
  const { own, others } = readPolicy(document, userIdIn(document), now);
  if (others.length > 0) return "it has statements that somebody else has written";
  const known = [...stolen, handled, ...sessions];
  const foreign = [...(own?.memory.keys() ?? [])].filter((digest) => !known.includes(digest));
  return foreign.length > 0 ? "it denies credentials of another finding too, which would work again" : undefined;
}
