import type { AwsCall } from "../../local-aws/api/endpoint";
import type { InvokedFunction } from "../../local-aws/deployment/local-deployment";
import { endingOf } from "../play/function-result";
import type { Fact } from "../play/scene";
import { html, type Html } from "./html";
import { percent } from "./moment";

/** Writes each invocation among some facts: its calls to AWS, when each began and how long it took. */
export function renderInvocations(facts: readonly Fact[]): Html | undefined {
  const invocations = facts.flatMap((fact) => (fact.kind === "invocation" ? fact.invoked : []));
  return invocations.length === 0 ? undefined : html`${invocations.map(renderInvocation)}`;
}

function renderInvocation(invoked: InvokedFunction, index: number): Html {
  const { startedAt, invocation, initMilliseconds, calls } = invoked;
  const ends = calls.map((call) => call.receivedAt.getTime() + (call.milliseconds ?? 0) - startedAt.getTime());
  const whole = Math.max(invocation.milliseconds + (initMilliseconds ?? 0), ...ends);
  return html`<table class="calls">
    <caption>
      Invocation ${index + 1}:
      <strong>${endingOf(invoked)}</strong
      >, in ${Math.round(invocation.milliseconds)} ms
    </caption>
    <thead>
      <tr>
        <th scope="col">Call and response</th>
        <th scope="col" class="number">After</th>
        <th scope="col" class="number">Took</th>
        <th scope="col" class="wide">When</th>
      </tr>
    </thead>
    <tbody>
      ${calls.map((call) => renderCall(call, startedAt, whole))}
    </tbody>
  </table>`;
}

function renderCall(
  { service, action, status, error, milliseconds, receivedAt, denial }: AwsCall,
  begin: Date,
  whole: number,
): Html {
  const response = [status ?? "no response", error?.code].filter(Boolean).join(" ");
  const start = receivedAt.getTime() - begin.getTime();
  const width = Math.max(percent(milliseconds ?? 0, whole), 0.6);
  return html`<tr>
    <th scope="row">
      <code>${service}:${action}</code>
      <small>${denial ? html`<span class="bad">✕ ${response}</span>` : response}</small>
    </th>
    <td class="number">${start} ms</td>
    <td class="number">${milliseconds === undefined ? "–" : `${milliseconds} ms`}</td>
    <td class="wide">
      <svg class="bar" aria-hidden="true" focusable="false">
        <rect x="${percent(start, whole)}%" width="${width}%" height="100%" rx="1" />
      </svg>
    </td>
  </tr> `;
}
