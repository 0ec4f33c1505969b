import type { Mail } from "../../local-aws/api/account";
import { cutoffOf, endingOf, outcomeOf } from "../play/function-result";
import type { Telling } from "../play/run";
import { type Fact, timeOf } from "../play/scene";
import { subjectOf } from "./mail-subject";
import type { Printer } from "./printer";
import { column, type Paint } from "./terminal";
import { renderVerdict, seconds } from "./verdict";

const WIDTH = 100;

/** The width of the part of a line that says who did something. */
const WHO = 35;

/** Prints one line for each thing that happened, with the seconds since the beginning: all of it fits on a screen. */
export function inBrief({ paint, text }: Printer): Telling {
  let begunAt = 0;
  return {
    begin({ accountId, region, scope, startedAt }) {
      begunAt = startedAt.getTime();
      text(paint.strong(`Rehearsal in account ${accountId}, ${region}, scope ${scope}`));
    },
    scene({ facts }) {
      for (const fact of facts) {
        const time = timeOf(fact);
        const line = briefly(fact, paint);
        if (time && line) text(`${seconds(time.getTime() - begunAt).padStart(4)} s  ${line}`);
      }
    },
    end(run) {
      for (const line of renderVerdict(run, paint)) text(line);
    },
  };
}

const ROOM = WIDTH - " 0.0 s  ".length;

/** Who did what, in one line. */
function briefly(fact: Fact, paint: Paint): string | undefined {
  switch (fact.kind) {
    case "access": {
      const { effect, statements } = fact.decision;
      const by = statements.map(({ policyName }) => policyName).join(", ");
      if (effect === "allowed") return line(fact.who, `${fact.action} allowed`, paint.good);
      return line(fact.who, `${fact.action} denied${by && ` by ${by}`}`, paint.bad);
    }
    case "rule": {
      const { deliveries } = fact.outcome;
      const refused = deliveries.filter(({ kind }) => kind === "refused").length;
      const what = `matches, for ${deliveries.length} target${deliveries.length === 1 ? "" : "s"}`;
      if (refused === 0) return line("a rule of EventBridge", what);
      return line("a rule of EventBridge", `${what}, of which ${refused} refuse`, paint.bad);
    }
    case "invocation": {
      const { invocation, calls } = fact.invoked;
      const cutoff = cutoffOf(outcomeOf(fact.invoked));
      const ending = `${endingOf(fact.invoked)}${cutoff ? `, cut-off ${cutoff}` : ""}`;
      return line("the function", `${ending}; ${Math.round(invocation.milliseconds)} ms, ${calls.length} calls`);
    }
    case "mail":
      return column(`mail: ${describeMail(fact.mail)}`, ROOM).trimEnd();
    case "policy":
    case "note":
      return undefined;
  }
}

/** A mail's subject; EventBridge's have none of their own, and begin with what they are about. */
function describeMail(mail: Mail): string {
  return mail.subject === undefined ? `${subjectOf(mail)}: ${mail.message.split("\n")[0]}` : mail.subject;
}

function line(who: string, what: string, paint = (text: string): string => text): string {
  return `${column(who, WHO)} ${paint(column(what, ROOM - WHO - 1).trimEnd())}`;
}
