import { getDenialReasons, getGrantReasons, runSimulation } from "@cloud-copilot/iam-simulate";

import { LocalAwsError } from "../local-aws-error";
import type { NamedPolicy, PolicyDocument, PolicyStatement, PolicyType } from "./policy";

/** One request, with all that IAM decides it on. */
export interface AccessRequest {
  /** ARN of the role session, or a service such as `events.amazonaws.com`. */
  readonly principal: string;
  /** As `iam:PutRolePolicy`. */
  readonly action: string;
  /** ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  /** Account of the resource. */
  readonly accountId: string;
  /** Condition keys and their values. */
  readonly context?: Readonly<Record<string, string>>;
  readonly identityPolicies?: readonly NamedPolicy[];
  readonly resourcePolicy?: PolicyDocument;
  /** The service control policies of the principal's account, beside the one that allows everything. @default - none */
  readonly serviceControlPolicies?: readonly NamedPolicy[];
}

/** A statement that decided a request. */
export interface DecidingStatement {
  readonly policyName: string;
  readonly statement: PolicyStatement;
}

/** What IAM decides, and by which statements; an implicit denial has none. */
export interface Decision {
  readonly effect: "allowed" | "explicitly denied" | "implicitly denied";
  readonly statements: readonly DecidingStatement[];
  /** The kind of policy whose statement denies it explicitly. */
  readonly deniedBy?: PolicyType;
}

const EFFECTS = {
  Allowed: "allowed",
  ExplicitlyDenied: "explicitly denied",
  ImplicitlyDenied: "implicitly denied",
} as const;

/** As AWS attaches it to every organization. */
const FULL_ACCESS: NamedPolicy = {
  name: "FullAWSAccess",
  policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
};

/** The name by which a decision refers to the policy of the resource. */
const RESOURCE_POLICY = "the resource's own policy";

/** Decides a request as IAM would, with an independent evaluator of IAM policies. */
export async function decide(request: AccessRequest): Promise<Decision> {
  const { principal, action, resource, accountId, context = {}, identityPolicies = [], resourcePolicy } = request;
  const controls = request.serviceControlPolicies ?? [];
  const outcome = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId }, contextVariables: { ...context } },
      identityPolicies: [...identityPolicies],
      resourcePolicy,
      serviceControlPolicies:
        controls.length > 0 ? [{ orgIdentifier: "the organization", policies: [FULL_ACCESS, ...controls] }] : [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (outcome.resultType === "error") {
    throw new LocalAwsError(
      `IAM cannot decide ${action} on ${resource} by ${principal}: ${JSON.stringify(outcome.errors)}`,
    );
  }
  const analysis = outcome.resultType === "single" ? outcome.result.analysis : outcome.results[0]?.analysis;
  if (!analysis) {
    throw new LocalAwsError(`IAM cannot decide ${action} on ${resource}: name one resource, not a pattern`);
  }
  const effect = EFFECTS[outcome.overallResult];
  const reasons = analysis.result === "Allowed" ? getGrantReasons(analysis) : getDenialReasons(analysis);
  const decisive = reasons.filter((reason) => "statementIndex" in reason);
  return {
    effect,
    statements: decisive.flatMap((reason) => statementOf(reason, request)),
    ...(effect === "explicitly denied" && decisive[0] && { deniedBy: POLICY_TYPES[decisive[0].policyType] }),
  };
}

/** Where a reason of the evaluator points to. */
interface Reason {
  readonly policyType: string;
  readonly policyIdentifier?: string;
  readonly statementIndex: number;
}

const POLICY_TYPES: Readonly<Record<string, PolicyType>> = {
  identity: "identity-based policy",
  resource: "resource-based policy",
  scp: "service control policy",
};

function statementOf({ policyType, policyIdentifier, statementIndex }: Reason, request: AccessRequest) {
  const { identityPolicies = [], serviceControlPolicies = [], resourcePolicy } = request;
  const named = [...identityPolicies, ...serviceControlPolicies, FULL_ACCESS];
  const policy =
    policyType === "resource" ? resourcePolicy : named.find(({ name }) => name === policyIdentifier)?.policy;
  const statement = [policy?.Statement ?? []].flat()[statementIndex - 1];
  // That an organization lets everything through says nothing.
  if (!statement || policy === FULL_ACCESS.policy) return [];
  return [{ policyName: policyType === "resource" ? RESOURCE_POLICY : policyIdentifier!, statement }];
}
