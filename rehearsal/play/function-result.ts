import type { Delivery, InvokedFunction } from "../../local-aws/deployment/local-deployment";

/** The part of the function's answer that a rehearsal looks at. */
export interface FunctionResult {
  readonly outcome: string;
  readonly reason?: string;
  readonly role?: string;
  readonly policyName?: string;
  readonly cutoff?: string;
}

/** The function that was invoked among what became of an event. */
export function invokedIn(deliveries: readonly Delivery[]): InvokedFunction | undefined {
  return deliveries.find((delivery) => delivery.kind === "invoked")?.invoked;
}

/** What the function answered; undefined where it did not come to an answer. */
export function resultOf({ invocation }: InvokedFunction): FunctionResult | undefined {
  return invocation.kind === "returned" ? (invocation.result as FunctionResult) : undefined;
}

/** How an invocation ended, in one line. */
export function endingOf(invoked: InvokedFunction): string {
  const { invocation, deployed } = invoked;
  if (invocation.kind === "returned") {
    const { outcome, reason } = resultOf(invoked) ?? { outcome: "no result" };
    return reason === undefined ? outcome : `${outcome}: ${reason}`;
  }
  const { name, message } = invocation.error;
  const queue = deployed.failureDestination?.split(":").at(-1);
  const ending = queue ? `leaves the event in ${queue}` : "drops the event";
  return `${name}: ${message} (Lambda tries ${deployed.retries} more times, then ${ending})`;
}

/** The calls that AWS would have denied to the function, in one line; undefined where there are none. */
export function deniedCalls({ calls }: InvokedFunction): string | undefined {
  const denied = calls.filter(({ status }) => status === 403);
  return denied.length === 0 ? undefined : denied.map(({ error }) => error?.message).join("; ");
}

/** The calls that changed something in IAM, in one line; undefined where there are none. */
export function writes({ calls }: InvokedFunction): string | undefined {
  const written = calls.filter(({ service, action }) => service === "iam" && !/^(Get|List)/.test(action));
  return written.length === 0 ? undefined : `it calls ${written.map(({ action }) => action).join(", ")}`;
}
