/** What a check has found about one thing. */
export type Judgement =
  | { readonly holds: true; readonly what: string }
  | {
      readonly holds: false;
      readonly what: string;
      /** The command that mends it, or what to do. */
      readonly mend: string;
    };

/** A judgement, and the check that it comes from. */
export type Result = { readonly check: string } & Judgement;

export const right = (what: string): Judgement => ({ holds: true, what });
export const wrong = (what: string, mend: string): Judgement => ({ holds: false, what, mend });

/** What is wrong, or, if nothing is, that all is as it should be. */
export const unlessWrong = (what: string, problems: readonly Judgement[]): readonly Judgement[] =>
  problems.length > 0 ? problems : [right(what)];

/** Which regions a judgement says nothing of, as the end of its sentence. */
export const notLookedAt = (regions: readonly string[]): string =>
  regions.length === 0 ? "" : `; not looked at, for want of permission: ${regions.join(", ")}`;

/** What to do about something that the deployment sets, and that is not as it sets it. */
export const APPLY = "apply the deployment again: terraform apply, or npx cdktf deploy";
