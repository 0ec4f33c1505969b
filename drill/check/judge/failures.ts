import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, unlessWrong, wrong } from "../result";

/** Where Lambda leaves what the function could not handle. */
export interface ReadFailures {
  /** ARN of the destination for failures; undefined if there is none. */
  readonly queueArn?: string;
  /** The queue; undefined if it does not exist. */
  readonly queue?: { readonly messages: number };
}

/** What could not be handled is kept, and nothing waits for somebody. */
export function judgeFailures({ queueArn, queue }: ReadFailures, deployed: Deployed): readonly Judgement[] {
  const { functionName, region } = deployed;
  if (queueArn === undefined) {
    return [
      wrong(`what the function ${functionName} cannot handle is lost: it has no destination for failures`, APPLY),
    ];
  }
  const name = queueArn.split(":").at(-1);
  if (!queue) return [wrong(`the failure queue ${name} does not exist: what fails is lost`, APPLY)];
  const problems =
    queue.messages === 0
      ? []
      : [
          wrong(
            `${queue.messages} finding${queue.messages === 1 ? "" : "s"} that could not be handled wait in the queue ${name}`,
            `look at each, and run it again as docs/redrive.md says: aws sqs receive-message --region ${region} --queue-url ` +
              `$(aws sqs get-queue-url --region ${region} --queue-name ${name} --query QueueUrl --output text)`,
          ),
        ];
  return unlessWrong(`the failure queue ${name} is empty`, problems);
}
