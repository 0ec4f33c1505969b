import { LocalAwsError } from "../local-aws-error";

/** What a deployed function is, as far as its process can tell. */
export interface FunctionDefinition {
  readonly functionName: string;
  readonly functionArn: string;
  /** The bytes of the deployed zip. */
  readonly zip: Uint8Array;
  /** `file.export`, as Lambda names a handler. */
  readonly handler: string;
  /** The variables of the deployment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly region: string;
  readonly timeoutSeconds: number;
  readonly memorySize: number;
}

/** The credentials that Lambda gives to a function: those of its role. */
export interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** How one invocation ended, and what it wrote. */
export type Invocation = (
  | { readonly kind: "returned"; readonly result: unknown }
  | { readonly kind: "threw"; readonly error: FunctionError }
  /** The timeout passed, or the process ended by itself; it is gone, as it would be in Lambda. */
  | { readonly kind: "died"; readonly error: FunctionError }
) & { readonly milliseconds: number; readonly stdout: string; readonly stderr: string };

export interface FunctionError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** The package cannot be loaded: in Lambda, every invocation would fail. */
export class FunctionStartError extends LocalAwsError {
  override readonly name = "FunctionStartError";

  constructor(
    { functionName }: FunctionDefinition,
    /** What the package threw. */
    readonly error: FunctionError,
  ) {
    super(`the function ${functionName} does not start: ${error.name}: ${error.message}`);
  }
}
