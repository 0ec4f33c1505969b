import type { InputTransformer } from "../detection/finding-target";

/*
 * EventBridge fills these templates in. It cannot choose between texts, so each line is true whatever is missing: a variable
 * whose path the event does not have leaves nothing, and no word or bracket depends on it. Nor does it escape what it fills in:
 * names that strangers choose, such as those of network operators, stay out, since a quote in them could break the mail.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */

/**
 * What makes a mail of several lines out of an event.
 *
 * @param lines without quotation marks and backslashes: each becomes a JSON string of its own, and arrives as one.
 */
export function textMessage(inputPaths: Readonly<Record<string, string>>, lines: readonly string[]): InputTransformer {
  return { inputPaths, inputTemplate: lines.map((line) => `"${line}"`).join("\n") };
}
