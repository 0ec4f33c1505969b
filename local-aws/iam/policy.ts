/** An IAM policy, as far as its outer form goes. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

export type PolicyStatement = Readonly<Record<string, unknown>> & { readonly Sid?: string; readonly Effect?: string };

/** A policy and the name by which a decision refers to it. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: PolicyDocument;
}

/** A kind of policy that AWS names when it denies a call. */
export type PolicyType =
  | "identity-based policy"
  | "resource-based policy"
  | "permissions boundary"
  | "session policy"
  | "service control policy"
  | "resource control policy"
  | "VPC endpoint policy";
