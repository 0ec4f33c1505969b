import type { Problems } from "./problems";

interface Format {
  readonly pattern: RegExp;
  readonly words: string;
}

const KEY_ARN: Format = {
  // Policies do not know keys by their aliases.
  pattern: /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  words: "the ARN of a KMS key, not of an alias",
};

/**
 * The form of names and ARNs that AWS accepts, by the prop that holds them in every construct. A prefix leaves room for the
 * longest name that is made from it.
 */
export const FORMATS = {
  prefix: { pattern: /^[A-Za-z0-9][A-Za-z0-9-]{0,26}$/, words: "1 to 27 letters, digits or hyphens" },
  ruleName: { pattern: /^[\w.-]{1,64}$/, words: "1 to 64 of A-Z a-z 0-9 . - _" },
  functionName: { pattern: /^[\w-]{1,64}$/, words: "1 to 64 of A-Z a-z 0-9 - _" },
  functionRoleName: { pattern: /^[\w+=,.@-]{1,64}$/, words: "1 to 64 of A-Z a-z 0-9 +=,.@-_" },
  busName: {
    pattern: /^(?!default$|aws\.)[\w.-]{1,256}$/,
    words: "1 to 256 of A-Z a-z 0-9 . - _, not default, and not begin with aws.",
  },
  topicName: { pattern: /^[\w-]{1,246}$/, words: "1 to 246 of A-Z a-z 0-9 - _" },
  displayName: {
    pattern: /^(?![^]*[$%]\{)[ -~]{1,100}$/,
    words: "1 to 100 printable ASCII characters, without ${ and %{",
  },
  queueName: { pattern: /^[\w-]{1,80}$/, words: "1 to 80 of A-Z a-z 0-9 - _" },
  topicArn: { pattern: /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, words: "the ARN of an SNS topic" },
  eventBusArn: {
    pattern: /^arn:[a-z-]+:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]+$/,
    words: "the ARN of an event bus",
  },
  topicKeyArn: KEY_ARN,
  keyArn: KEY_ARN,
  runtime: { pattern: /^nodejs(2[0-9]|[3-9][0-9])\.x$/, words: "nodejs20.x or later" },
  runbookUrl: {
    // No quotes, brackets and braces: it stands in templates of EventBridge and of Terraform.
    pattern: /^https:\/\/[\w.~:/?#@!&()*+,;=%-]{1,500}$/,
    words: "an address such as https://example.com/runbook, without spaces, quotes, brackets and braces",
  },
  permissionsBoundaryArn: {
    pattern: /^arn:[a-z-]+:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    words: "the ARN of an IAM policy",
  },
} satisfies Record<string, Format>;

/** The ARN of anything that an alarm, a rule or a function may notify. */
export const ARN = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[a-z0-9]*:[^\s{}"]+$/;
export const ARN_WORDS = "an ARN";
export const isArn = (text: string): boolean => ARN.test(text);

/** Whether Terraform leaves a text as it is. Tokens of cdktf look like templates, and must not be asked about. */
export const isPlainText = (text: string): boolean => !/[$%]\{/.test(text);
export const NO_TEMPLATE_WORDS = "a text without ${ and %{, which Terraform would evaluate";

type FormattedProp = keyof typeof FORMATS;

/** Adds a problem for each of a construct's props that does not have its format. */
export function checkFormats(props: Partial<Readonly<Record<FormattedProp, string>>>, problems: Problems): void {
  for (const prop of Object.keys(FORMATS) as FormattedProp[]) {
    const { pattern, words } = FORMATS[prop];
    problems.check(prop, props[prop], (value) => pattern.test(value), words);
  }
}
