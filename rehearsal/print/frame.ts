import type { Claim } from "../play/claim";
import { fold, type Paint } from "./terminal";

const INDENT = "    ";

/** Writes one step of a timeline for people, in 80 columns: its number and title, what happened, what that was to prove. */
export function renderStep(
  number: number,
  title: string,
  happened: readonly string[],
  claims: readonly Claim[],
  paint: Paint,
): string {
  const head = fold(`${String(number).padStart(2)}  ${title}`, "", INDENT).map(paint.strong);
  return [...head, ...happened, ...claims.flatMap((each) => renderClaim(each, paint)), ""].join("\n");
}

function renderClaim({ text, holds, why }: Claim, paint: Paint): string[] {
  if (holds) return fold(`ok  ${text}`, INDENT, `${INDENT}    `).map(paint.good);
  return [...fold(`FAILED: ${text}`, INDENT), ...fold(why ?? "", `${INDENT}  `)].map(paint.bad);
}
