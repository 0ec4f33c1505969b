import type { FunctionEnvironment } from "../src/contract/environment";

/** The deployed function, as Lambda describes it; everything else of a response is found from here. */
export interface Deployed {
  /** Twelve digits: the account that the operator's credentials belong to. */
  readonly accountId: string;
  /** ARN of who has looked. */
  readonly operator: string;
  readonly partition: string;
  readonly region: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly roleName: string;
  readonly logGroupName: string;
  /** As Lambda names it: `Active`, `Pending`, `Inactive`, `Failed`. */
  readonly state?: string;
  /** As Lambda names it: `Successful`, `InProgress`, `Failed`. */
  readonly lastUpdate?: string;
  /** Base64 of the SHA-256 of the deployed package. */
  readonly codeSha256?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the environment of a function of this project holds, and that of hardly any other. */
const TELLING = [
  "TOPIC_ARN",
  "REVOCABLE_ROLES",
  "PROTECTED_ROLES",
  "EXEMPT_TAG",
] satisfies (keyof FunctionEnvironment)[];

/** Whether a function with this environment is one that revokes sessions. */
export const revokesSessions = (environment: Readonly<Record<string, string>> | undefined): boolean =>
  environment !== undefined && TELLING.every((variable) => variable in environment);
