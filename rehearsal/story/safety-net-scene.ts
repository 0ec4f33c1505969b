import { refusalByQueue } from "../../local-aws/deployment/delivery-access";
import { functionSession, type LocalDeployment } from "../../local-aws/deployment/local-deployment";
import { refusalOfRole } from "../../local-aws/deployment/session-access";
import { claim, unlessAny } from "../play/claim";
import type { Scene } from "../play/scene";

/** The last scene: undeliverable and unhandled findings reach the queue, and the function may write its log. */
export async function failuresAreKept({ deployment, account }: LocalDeployment): Promise<Scene> {
  const undelivered: string[] = [];
  const unhandled: string[] = [];
  const unlogged: string[] = [];
  const queues = new Set<string>();
  for (const rule of deployment.rules) {
    for (const { id, deadLetterQueueArn } of rule.targets) {
      if (deadLetterQueueArn) queues.add(deadLetterQueueArn);
      const why = deadLetterQueueArn
        ? await refusalByQueue(deployment, deadLetterQueueArn, rule)
        : "it has no dead-letter queue";
      if (why !== undefined) undelivered.push(`rule ${rule.name}, target ${id}: ${why}`);
    }
  }
  for (const deployed of deployment.functions) {
    const session = functionSession(deployed);
    const { functionName, failureDestination, logGroupName } = deployed;
    const queue = failureDestination
      ? await refusalOfRole(account, session, [{ action: "sqs:SendMessage", resource: failureDestination }])
      : "it has no failure destination";
    if (queue !== undefined) unhandled.push(`${functionName}: ${queue}`);
    const stream = `arn:${account.partition}:logs:${account.region}:${account.accountId}:log-group:${logGroupName}:log-stream:rehearsal`;
    const log = await refusalOfRole(
      account,
      session,
      ["logs:CreateLogStream", "logs:PutLogEvents"].map((action) => ({ action, resource: stream })),
    );
    if (log !== undefined) unlogged.push(log);
  }
  return {
    title: "What fails is kept",
    facts: [
      {
        kind: "note",
        text: `failure queue${queues.size > 1 ? "s" : ""} ${[...queues].map((arn) => arn.split(":").at(-1)).join(", ")}`,
      },
    ],
    claims: [
      claim("the queue takes what EventBridge cannot deliver", unlessAny(undelivered)),
      claim("the function may leave there what it cannot handle", unlessAny(unhandled)),
      claim("the function may write its log", unlessAny(unlogged)),
    ],
  };
}
