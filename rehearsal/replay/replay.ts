import { type AwsAccount, EXAMPLE_ACCOUNT } from "../../local-aws/api/account";
import {
  type Delivery,
  type InvokedFunction,
  LocalDeployment,
  type RuleOutcome,
} from "../../local-aws/deployment/local-deployment";
import { readDeployment } from "../../local-aws/terraform/read-deployment";
import type { Outcome } from "../../src/contract/outcome-line";
import { outcomeOf, outcomesOf } from "../play/function-result";
import { explainMismatches } from "../play/mismatch-text";
import type { Fact, InvocationFact } from "../play/scene";
import type { ReplayedEvent } from "./finding-input";
import { hintAbout, unmatchedHint } from "./hint";
import { envelopeSuppositions, supposeRoles } from "./suppositions";

/** What would have happened to an event. */
export interface Replay {
  readonly name: string;
  readonly event: Record<string, unknown>;
  /** What had to be assumed about the event and the account to play it. */
  readonly assumptions: readonly string[];
  readonly outcomes: readonly RuleOutcome[];
  readonly facts: readonly Fact[];
}

/**
 * Plays one event against what was synthesized, in an account as the event describes it: deployed where the event is
 * received, and with the role that the finding names.
 *
 * @param directory what `cdktf synth` wrote.
 */
export async function replay(
  directory: string,
  replayed: ReplayedEvent,
  overrides: Readonly<Record<string, string>>,
): Promise<Replay> {
  const { event, name } = replayed;
  const account = String(event["account"]);
  const accountId = /^\d{12}$/.test(account) ? account : EXAMPLE_ACCOUNT;
  const local = await LocalDeployment.start(readDeployment(directory, accountId), overrides);
  try {
    const assumptions = [...supposeRoles(local.account, event), ...envelopeSuppositions(replayed, local.deployment)];
    const outcomes = await local.send(event);
    return { name, event, assumptions, outcomes, facts: factsOf(local.account, typeOf(event), outcomes) };
  } finally {
    await local.close();
  }
}

const typeOf = ({ detail }: Record<string, unknown>): string =>
  String((detail as { type?: unknown } | undefined)?.type);

function factsOf(account: AwsAccount, type: string, outcomes: readonly RuleOutcome[]): Fact[] {
  const matching = outcomes.filter(({ match }) => match.matched);
  if (matching.length === 0) {
    const text = `no rule matches, so nobody is told and nothing is done\n${explainMismatches(outcomes)}\n${unmatchedHint(type)}`;
    return [{ kind: "note", text }];
  }
  return matching.flatMap((outcome): Fact[] => [
    { kind: "rule", outcome },
    ...outcome.deliveries.flatMap((delivery) => deliveryFacts(account, delivery)),
  ]);
}

function deliveryFacts(account: AwsAccount, delivery: Delivery): Fact[] {
  switch (delivery.kind) {
    case "refused":
    case "forwarded":
      return [];
    case "mailed":
      return [{ kind: "mail", mail: delivery.mail }];
    case "invoked": {
      const { invoked } = delivery;
      return [
        invocationFact(account, invoked),
        ...outcomesOf(invoked).flatMap((outcome) => policyFact(account, outcome)),
        ...invoked.mails.map((mail): Fact => ({ kind: "mail", mail })),
      ];
    }
  }
}

function policyFact(account: AwsAccount, { role: roleName = "", policyName = "" }: Outcome): Fact[] {
  const document = account.policy(roleName, policyName);
  return document ? [{ kind: "policy", roleName, policyName, document }] : [];
}

function invocationFact(account: AwsAccount, invoked: InvokedFunction): InvocationFact {
  const outcome = outcomeOf(invoked);
  const role = account.roles.get(outcome?.role ?? "");
  return { kind: "invocation", invoked, hint: outcome && hintAbout(outcome, invoked.deployed, role) };
}
