/** Text that is HTML already. Everything else that gets into a page is escaped. */
export class Html {
  constructor(readonly source: string) {}
}

/** What may stand in a template; lists are joined, and undefined is left out. */
export type Part = Html | string | number | undefined | readonly Part[];

/**
 * Makes HTML of a template. What is put into it is text, whoever wrote it, and can neither become markup nor hide itself.
 *
 * @example html`<p title="${name}">${list.map((each) => html`<b>${each}</b>`)}</p>`
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(template.map((text, index) => text + sourceOf(parts[index])).join(""));
}

function sourceOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.source;
  return typeof part === "object" ? part.map(sourceOf).join("") : escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters, those that turn the direction of writing, and those that take no room: they are shown by their numbers. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(text: string): string {
  return text
    .replace(INVISIBLE, (character) =>
      /[\n\t]/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
    )
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
