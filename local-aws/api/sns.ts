import type { MessageAttribute } from "./account";
import { AwsError } from "./protocol";
import { type Parameters, required, type QueryAction } from "./service-action";

/** SNS accepts messages of up to 256 KiB, with their attributes. */
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
      const attributes = readAttributes(parameters);
      if (Buffer.byteLength(message) + bytesOf(attributes) > MAX_BYTES) {
        throw new AwsError("InvalidParameter", "Invalid parameter: Message too long");
      }
      // Printable ASCII, less than 100 characters, not beginning with a space: what a mail's subject line can carry.
      if (subject !== undefined && !/^[!-~][ -~]{0,98}$/.test(subject)) {
        throw new AwsError("InvalidParameter", "Invalid parameter: Subject");
      }
      const hasAttributes = Object.keys(attributes).length > 0;
      account.mails.push({ topicArn, subject, message, sentAt: new Date(), ...(hasAttributes && { attributes }) });
      return { MessageId: `00000000-0000-4000-8000-${String(account.mails.length).padStart(12, "0")}` };
    },
  },
};

/** The attributes of a message, as the Query protocol lists them: `MessageAttributes.entry.1.Name`. */
function readAttributes(parameters: Parameters): Record<string, MessageAttribute> {
  const attributes: Record<string, MessageAttribute> = {};
  for (let number = 1; `MessageAttributes.entry.${number}.Name` in parameters; number++) {
    const entry = `MessageAttributes.entry.${number}`;
    const name = parameters[`${entry}.Name`]!;
    if (name in attributes) throw refusedAttribute(name, "is there twice");
    attributes[name] = checkedAttribute(name, {
      type: parameters[`${entry}.Value.DataType`] ?? "",
      value: parameters[`${entry}.Value.StringValue`] ?? parameters[`${entry}.Value.BinaryValue`] ?? "",
    });
  }
  return attributes;
}

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
function checkedAttribute(name: string, attribute: MessageAttribute): MessageAttribute {
  const { type, value } = attribute;
  if (!/^(?!\.|aws\.|amazon\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i.test(name)) {
    throw refusedAttribute(name, "has no valid name");
  }
  if (!/^(String|String\.Array|Number|Binary)(\..+)?$/.test(type)) throw refusedAttribute(name, "has no valid type");
  if (value === "") throw refusedAttribute(name, "must have a value that is not empty");
  if (type.startsWith("Number") && !/^-?\d{1,38}(\.\d+)?(e[+-]?\d+)?$/i.test(value)) {
    throw refusedAttribute(name, "is not a number");
  }
  return attribute;
}

const refusedAttribute = (name: string, why: string): AwsError =>
  new AwsError("ParameterValueInvalid", `The message attribute '${name}' ${why}`);

const bytesOf = (attributes: Readonly<Record<string, MessageAttribute>>): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { type, value }]) => sum + Buffer.byteLength(`${name}${type}${value}`),
    0,
  );
