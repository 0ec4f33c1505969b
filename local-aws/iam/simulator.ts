import { getDenialReasons, getGrantReasons, type RequestAnalysis, runSimulation } from "@cloud-copilot/iam-simulate";

import { LocalAwsError } from "../local-aws-error";
import type { NamedPolicy, PolicyDocument, PolicyStatement } from "./policy";

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
export const RESOURCE_POLICY = "the resource's own policy";

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
  return { effect: EFFECTS[outcome.overallResult], statements: decidingStatements(analysis, request) };
}

function decidingStatements(analysis: RequestAnalysis, request: AccessRequest): DecidingStatement[] {
  const reasons = analysis.result === "Allowed" ? getGrantReasons(analysis) : getDenialReasons(analysis);
  return reasons.flatMap((reason) => {
    if (!("statementIndex" in reason)) return [];
    const policyName =
      "policyIdentifier" in reason && reason.policyType === "identity" ? reason.policyIdentifier : undefined;
    const policy = request.identityPolicies?.find(({ name }) => name === policyName)?.policy ?? request.resourcePolicy;
    const statement = [policy?.Statement ?? []].flat()[reason.statementIndex - 1];
    return statement ? [{ policyName: policyName ?? RESOURCE_POLICY, statement }] : [];
  });
}
