import { type AwsAccount, EXAMPLE_ACCOUNT } from "../../local-aws/api/account";
import type { ReplayedEvent } from "./finding-input";
import { endingOf, outcomeOf, reasonOf } from "../play/function-result";
import { type Delivery, LocalDeployment, type RuleOutcome } from "../../local-aws/deployment/local-deployment";
import { explainMismatches } from "../play/mismatch-text";
import type { Fact } from "../play/scene";
import { readDeployment } from "../../local-aws/terraform/read-deployment";

/** What would have happened to an event. */
export interface Replay {
  readonly name: string;
  /** What had to be assumed about the account to play it. */
  readonly assumptions: readonly string[];
  readonly outcomes: readonly RuleOutcome[];
  readonly facts: readonly Fact[];
}

/**
 * Plays one event against what was synthesized, in an account as the event describes it: deployed where the event is
 * received, and with the role that the finding names.
 */
export async function replay(
  output: string,
  replayed: ReplayedEvent,
  overrides: Readonly<Record<string, string>>,
): Promise<Replay> {
  const { event, added, name } = replayed;
  const accountId = /^\d{12}$/.test(String(event["account"])) ? String(event["account"]) : undefined;
  const local = await LocalDeployment.start(readDeployment(output, accountId ?? EXAMPLE_ACCOUNT), overrides);
  try {
    const assumptions = [...supposeRole(local.account, event), ...supposeEnvelope(local, event, added, accountId)];
    const outcomes = await local.send(event);
    return { name, assumptions, outcomes, facts: factsOf(local, outcomes) };
  } finally {
    await local.close();
  }
}

/** Where the names of roles begin that AWS keeps under paths of its own. */
const RESERVED_PATHS: readonly [prefix: string, path: string][] = [
  ["AWSServiceRoleFor", "/aws-service-role/"],
  ["AWSReservedSSO_", "/aws-reserved/sso.amazonaws.com/"],
];

/** Makes sure that the account has the role whose session the finding calls stolen, and the instance that it was stolen from. */
function supposeRole(account: AwsAccount, event: Record<string, unknown>): string[] {
  const owner = valueAt(event, "detail", "accountId") ?? account.accountId;
  const name = valueAt(event, "detail", "resource", "accessKeyDetails", "userName");
  const principal = String(valueAt(event, "detail", "resource", "accessKeyDetails", "principalId"));
  const [, roleId, instanceId] = /^(AROA\w+)(?::(i-[0-9a-f]+)$)?/.exec(principal) ?? [];
  if (owner !== account.accountId || typeof name !== "string" || roleId === undefined) return [];

  const existing = account.roles.get(name);
  const path = existing?.path ?? RESERVED_PATHS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "/";
  const policies = Object.fromEntries(
    [...(existing?.policies ?? [])].map(([policyName, document]) => [policyName, JSON.parse(document)]),
  );
  const { arn } = account.addRole({ ...existing, name, path, roleId, policies });
  if (instanceId !== undefined) {
    account.addInstance({
      instanceId,
      instanceProfileArn: account.addInstanceProfile({ name: instanceId, roleName: name }).arn,
    });
  }
  return [
    `the account has the role ${arn} with the id ${roleId}${instanceId ? `, and the instance ${instanceId} runs with it` : ""}`,
  ];
}

function supposeEnvelope(
  { deployment }: LocalDeployment,
  event: Record<string, unknown>,
  added: readonly string[],
  accountId: string | undefined,
): string[] {
  const { region } = event;
  return [
    ...(accountId === undefined
      ? [`${JSON.stringify(event["account"])} is not an account id: replayed in account ${deployment.accountId}`]
      : []),
    ...(typeof region === "string" && region !== deployment.region
      ? [
          `the deployment in ${deployment.region} stands for one in ${region}: a rule sees its own region's findings only`,
        ]
      : []),
    ...(added.length > 0 ? [`the event has ${added.join(" and ")}, as GuardDuty sets them; the file has not`] : []),
  ];
}

function factsOf(local: LocalDeployment, outcomes: readonly RuleOutcome[]): Fact[] {
  if (!outcomes.some(({ match }) => match.matched)) {
    return [
      { kind: "note", text: `no rule matches, so nobody is told and nothing is done\n${explainMismatches(outcomes)}` },
    ];
  }
  return outcomes
    .filter(({ match }) => match.matched)
    .flatMap((outcome): Fact[] => [
      { kind: "rule", outcome },
      ...outcome.deliveries.flatMap((delivery) => deliveryFacts(local, delivery)),
    ]);
}

function deliveryFacts({ account }: LocalDeployment, delivery: Delivery): Fact[] {
  if (delivery.kind === "refused") return [];
  if (delivery.kind === "mailed") return [{ kind: "mail", mail: delivery.mail }];
  const { invoked } = delivery;
  const { role: roleName = "", policyName = "" } = outcomeOf(invoked) ?? {};
  const document = account.policy(roleName, policyName);
  return [
    { kind: "invocation", invoked },
    ...(document ? [{ kind: "policy" as const, roleName, policyName, document }] : []),
    ...invoked.mails.map((mail): Fact => ({ kind: "mail", mail })),
  ];
}

/** A replay in one row: for a table of many. */
export interface ReplaySummary {
  readonly file: string;
  readonly matched: boolean;
  /**
   * The function's outcome, or `failed` if it came to none; `mailed` if no function is a target, `undeliverable` if a
   * target does not take the event, `-` if no rule matches.
   */
  readonly outcome: string;
  /** The function's reason; if no rule matches, the fields that differ. */
  readonly reason: string;
  readonly mailSubject?: string;
}

/** The row of a replay. */
export function summarize({ name, outcomes }: Replay): ReplaySummary {
  const matched = outcomes.filter(({ match }) => match.matched);
  const deliveries = matched.flatMap((outcome) => outcome.deliveries);
  const invoked = deliveries.find((delivery) => delivery.kind === "invoked")?.invoked;
  if (matched.length === 0) {
    const fields = new Set(
      outcomes.flatMap(({ match }) => (match.matched ? [] : match.mismatches.map(({ field }) => field))),
    );
    return { file: name, matched: false, outcome: "-", reason: [...fields].join(", ") };
  }
  const refused = deliveries.find((delivery) => delivery.kind === "refused");
  if (refused) return { file: name, matched: true, outcome: "undeliverable", reason: refused.why };
  if (!invoked) return { file: name, matched: true, outcome: "mailed", reason: "no function is a target" };
  const mailSubject = invoked.mails[0]?.subject;
  const ended = outcomeOf(invoked);
  return ended
    ? { file: name, matched: true, outcome: ended.outcome, reason: reasonOf(ended) ?? "", mailSubject }
    : { file: name, matched: true, outcome: "failed", reason: endingOf(invoked), mailSubject };
}

function valueAt(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? (part as Record<string, unknown>)[key] : undefined),
    value,
  );
}
