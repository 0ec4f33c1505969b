import type { Mail } from "../../local-aws/api/account";
import type { AwsCall } from "../../local-aws/api/endpoint";
import { cutoffOf, endingOf, outcomeOf } from "../play/function-result";
import type { Fact, InvocationFact, Scene } from "../play/scene";
import { renderStep } from "./frame";
import { subjectOf } from "./mail-subject";
import { column, fold, type Paint } from "./terminal";

const INDENT = "    ";

/** Writes a scene for people, in 80 columns. */
export function renderScene(scene: Scene, number: number, paint: Paint): string {
  const facts = scene.facts.flatMap((fact) => [...renderFact(fact, paint), ""]);
  return renderStep(number, scene.title, facts, scene.claims, paint);
}

/** Writes one thing that happened, as lines. */
export function renderFact(fact: Fact, paint: Paint): string[] {
  switch (fact.kind) {
    case "note":
      return fold(fact.text, INDENT);
    case "access": {
      const { effect, statements } = fact.decision;
      const { session, action, who } = fact;
      const verdict = effect === "allowed" ? paint.good(effect) : paint.bad(effect);
      return [
        ...fold(
          `${who}: ${session.accessKeyId}, a session of ${session.sessionName}, issued ${seconds(session.issuedAt)}`,
          INDENT,
          `${INDENT}  `,
        ),
        `${INDENT}${action}: ${verdict}`,
        ...statements
          .flatMap(({ policyName, statement }) => fold(`by ${policyName}: ${spacedJson(statement)}`, `${INDENT}  `))
          .map(paint.faint),
      ];
    }
    case "rule": {
      const { rule, deliveries } = fact.outcome;
      return [
        ...fold(`rule ${rule.name}`, INDENT),
        ...fold(`pattern ${spacedJson(JSON.parse(rule.eventPattern))}`, INDENT, `${INDENT}  `).map(paint.faint),
        ...deliveries.flatMap((delivery) => {
          const target = `to ${delivery.target.arn.split(":").at(-1)}`;
          return delivery.kind === "refused"
            ? fold(`${target}: refused, ${delivery.why}`, INDENT).map(paint.bad)
            : fold(`${target}: delivered`, INDENT);
        }),
      ];
    }
    case "invocation":
      return renderInvocation(fact, paint);
    case "policy":
      return [
        ...fold(`inline policy ${fact.policyName} of the role ${fact.roleName}`, INDENT),
        ...fold(JSON.stringify(fact.document, undefined, 2), `${INDENT}  `),
      ];
    case "mail":
      return renderMail(fact.mail, paint);
  }
}

function renderInvocation({ invoked, hint }: InvocationFact, paint: Paint): string[] {
  const { deployed, invocation, initMilliseconds, calls } = invoked;
  const cold = initMilliseconds === undefined ? "" : `, after ${Math.round(initMilliseconds)} ms to load the package`;
  const cutoff = cutoffOf(outcomeOf(invoked));
  return [
    ...fold(`function ${deployed.functionName}`, INDENT),
    ...fold(`ended in ${Math.round(invocation.milliseconds)} ms${cold}`, INDENT),
    ...fold(`${endingOf(invoked)}${cutoff ? `, cut-off ${cutoff}` : ""}`, INDENT),
    ...(hint === undefined ? [] : fold(hint, `${INDENT}  `).map(paint.strong)),
    ...calls.map((call) => renderCall(call, paint)),
  ];
}

function renderCall({ service, action, status, milliseconds, error, denial }: AwsCall, paint: Paint): string {
  const response = [status ?? "no response", error?.code].filter(Boolean).join(" ");
  const line = `${INDENT}  ${column(`${service}:${action}`, 34)}${column(response, 28)}${milliseconds ?? "-"} ms`;
  return denial ? paint.bad(line) : line;
}

/** A mail stands at the margin: its own lines are made for the width of a screen. */
function renderMail(mail: Mail, paint: Paint): string[] {
  return [
    ...fold(`mail of the topic ${mail.topicArn.split(":").at(-1)}`, INDENT),
    ...fold(`Subject: ${subjectOf(mail)}`, "| ", "|     ").map(paint.strong),
    "|",
    ...fold(mail.message, "| ", "|     "),
  ];
}

/** JSON in one line that can be broken between its parts. */
const spacedJson = (value: unknown): string => JSON.stringify(value, undefined, 1).replace(/\n */g, " ");
const seconds = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, "Z");
