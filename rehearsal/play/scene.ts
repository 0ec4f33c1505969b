import type { Mail } from "../../local-aws/api/account";
import type { InvokedFunction, RuleOutcome } from "../../local-aws/deployment/local-deployment";
import type { RoleSession } from "../../local-aws/deployment/role-session";
import type { PolicyDocument } from "../../local-aws/iam/policy";
import type { Decision } from "../../local-aws/iam/simulator";
import type { Claim } from "./claim";

/** One step of a rehearsal: what happened, and what it was to prove. */
export interface Scene {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly claims: readonly Claim[];
}

/** Something that happened, with all that was computed about it. */
export type Fact = AccessFact | RuleFact | InvocationFact | PolicyFact | MailFact | NoteFact;

/** Somebody tried to do something, and IAM decided. */
export interface AccessFact {
  readonly kind: "access";
  readonly who: string;
  readonly session: RoleSession;
  readonly action: string;
  readonly decision: Decision;
  readonly at: Date;
}

/** A rule matched an event and passed it on. */
export interface RuleFact {
  readonly kind: "rule";
  readonly outcome: RuleOutcome;
}

/** A function was invoked. */
export interface InvocationFact {
  readonly kind: "invocation";
  readonly invoked: InvokedFunction;
  /** The setting that decided the outcome. */
  readonly hint?: string;
}

/** A role carries an inline policy. */
export interface PolicyFact {
  readonly kind: "policy";
  readonly roleName: string;
  readonly policyName: string;
  readonly document: PolicyDocument;
}

/** A topic sent a mail. */
export interface MailFact {
  readonly kind: "mail";
  readonly mail: Mail;
}

export interface NoteFact {
  readonly kind: "note";
  readonly text: string;
}

/** When something happened; undefined for what was only looked at. */
export function timeOf(fact: Fact): Date | undefined {
  switch (fact.kind) {
    case "access":
      return fact.at;
    case "rule":
      return fact.outcome.receivedAt;
    case "invocation":
      return fact.invoked.startedAt;
    case "mail":
      return fact.mail.sentAt;
    case "policy":
    case "note":
      return undefined;
  }
}

/** Scenes up to the first with a claim that does not hold, because what follows would rest on it. */
export async function* untilBroken(scenes: AsyncGenerator<Scene>): AsyncGenerator<Scene> {
  for await (const scene of scenes) {
    yield scene;
    if (scene.claims.some(({ holds }) => !holds)) return;
  }
}
