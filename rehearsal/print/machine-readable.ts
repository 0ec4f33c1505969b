import type { AwsCall } from "../../local-aws/api/endpoint";
import { holds, type Telling } from "../play/run";
import type { Fact, Scene } from "../play/scene";
import type { Printer } from "./printer";

/** Writes the whole rehearsal as one JSON document. */
export const asDocument = ({ document }: Printer): Telling => ({
  begin() {},
  scene() {},
  end(run) {
    const { accountId, region, scope, wait, synthesisMilliseconds, milliseconds, scenes } = run;
    document({
      holds: holds(run),
      accountId,
      region,
      scope,
      verifyAfterSeconds: { deployed: wait.deployedSeconds, rehearsed: wait.rehearsedSeconds },
      synthesisMilliseconds: Math.round(synthesisMilliseconds),
      milliseconds: Math.round(milliseconds),
      scenes: scenes.map(sceneData),
    });
  },
});

/** A scene for machines: the same facts, without what is too big or only of this machine. */
function sceneData({ title, facts, claims }: Scene) {
  return { title, facts: facts.map(factData), claims };
}

/** A fact for machines. */
export function factData(fact: Fact) {
  switch (fact.kind) {
    case "access": {
      const { kind, who, session, action, decision } = fact;
      return { kind, who, session, action, ...decision };
    }
    case "rule": {
      const { rule, deliveries } = fact.outcome;
      const targets = deliveries.map((delivery) => ({
        id: delivery.target.id,
        arn: delivery.target.arn,
        refused: delivery.kind === "refused" ? delivery.why : undefined,
      }));
      return { kind: fact.kind, name: rule.name, eventPattern: JSON.parse(rule.eventPattern) as unknown, targets };
    }
    case "invocation": {
      const { deployed, invocation, initMilliseconds, calls } = fact.invoked;
      const { kind: ended, ...ending } = invocation;
      return {
        kind: fact.kind,
        functionName: deployed.functionName,
        initMilliseconds,
        ended,
        ...ending,
        hint: fact.hint,
        calls: calls.map(callData),
      };
    }
    case "note":
    case "policy":
    case "mail":
      return fact;
  }
}

function callData({ service, action, parameters, resource, status, milliseconds, error }: AwsCall) {
  return {
    service,
    action,
    parameters,
    resource,
    status,
    milliseconds,
    error: error && { code: error.code, message: error.message },
  };
}
