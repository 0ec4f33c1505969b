import { AwsError } from "./protocol";
import { required, type QueryAction } from "./service-action";

/** SNS accepts messages of up to 256 KiB. */
const MAX_BYTES = 262_144;

/** The SNS actions that the local AWS supports. */
export const snsActions: Record<string, QueryAction> = {
  Publish: {
    resource: ({ TopicArn = "" }) => TopicArn,
    perform: (parameters, account) => {
      const topicArn = required(parameters, "TopicArn");
      const { Subject: subject, Message: message = "" } = parameters;
      if (!account.topicArns.has(topicArn)) throw new AwsError("NotFound", "Topic does not exist", 404);
      if (message === "") throw new AwsError("InvalidParameter", "Invalid parameter: Empty message");
      if (Buffer.byteLength(message) > MAX_BYTES) {
        throw new AwsError("InvalidParameter", "Invalid parameter: Message too long");
      }
      // Printable ASCII, less than 100 characters, not beginning with a space: what a mail's subject line can carry.
      if (subject !== undefined && !/^[!-~][ -~]{0,98}$/.test(subject)) {
        throw new AwsError("InvalidParameter", "Invalid parameter: Subject");
      }
      account.mails.push({ topicArn, subject, message });
      return { MessageId: `00000000-0000-4000-8000-${String(account.mails.length).padStart(12, "0")}` };
    },
  },
};
