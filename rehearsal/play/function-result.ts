import type { Delivery, InvokedFunction } from "../../local-aws/deployment/local-deployment";
import { explainDenial } from "../../local-aws/deployment/refusal";
import type { Outcome, Result } from "../../src/contract/outcome-line";

/** The function that was invoked, among what became of an event; undefined if none was. */
export function invokedIn(deliveries: readonly Delivery[]): InvokedFunction | undefined {
  return deliveries.find((delivery) => delivery.kind === "invoked")?.invoked;
}

/** The outcome that the function returned; undefined if it threw or died. */
export function outcomeOf({ invocation }: InvokedFunction): Outcome | undefined {
  return invocation.kind === "returned" ? (invocation.result as Outcome) : undefined;
}

/** The outcomes of all roles that the function's finding named, the worst first; none if it threw or died. */
export function outcomesOf(invoked: InvokedFunction): readonly Outcome[] {
  const worst: Result | undefined = outcomeOf(invoked);
  return worst ? [worst, ...(worst.others ?? [])] : [];
}

/** The cut-off of an outcome; undefined if it has none. */
export function cutoffOf(outcome: Outcome | undefined): string | undefined {
  return outcome && "cutoff" in outcome ? outcome.cutoff : undefined;
}

/** The reason of an outcome; undefined if it has none. */
export function reasonOf(outcome: Outcome): string | undefined {
  return "reason" in outcome ? outcome.reason : undefined;
}

/** How an invocation ended, in one line. */
export function endingOf(invoked: InvokedFunction): string {
  const { invocation, deployed } = invoked;
  if (invocation.kind === "returned") {
    const [worst, ...others] = outcomesOf(invoked);
    const ending = (outcome: Outcome) => [outcome.outcome, reasonOf(outcome)].filter(Boolean).join(": ");
    if (!worst) return "no result";
    return [ending(worst), ...others.map((other) => `role ${other.role ?? "unknown"} ${ending(other)}`)].join("; ");
  }
  const { name, message } = invocation.error;
  const queue = deployed.failureDestination?.split(":").at(-1);
  const ending = queue ? `leaves the event in ${queue}` : "drops the event";
  return `${name}: ${message} (Lambda tries ${deployed.retries} more times, then ${ending})`;
}

/** The calls that AWS would have denied to the function, in one line; undefined if there are none. */
export function deniedCalls({ calls }: InvokedFunction): string | undefined {
  const denials = calls.flatMap(({ denial }) => denial ?? []);
  return denials.length === 0 ? undefined : denials.map(explainDenial).join("; ");
}

/** The calls that changed something in IAM, in one line; undefined if there are none. */
export function writes({ calls }: InvokedFunction): string | undefined {
  const written = calls.filter(({ service, action }) => service === "iam" && !/^(Get|List)/.test(action));
  return written.length === 0 ? undefined : `it calls ${written.map(({ action }) => action).join(", ")}`;
}
