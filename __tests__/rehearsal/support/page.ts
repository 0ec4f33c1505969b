const VOID = new Set(["meta", "br", "img", "link", "hr", "input"]);

/** An element of a page, as its tag says it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The elements of a page in their order.
 *
 * @throws Error if a tag does not close what was opened last, or is no tag.
 */
export function elementsOf(page: string): Element[] {
  const open: string[] = [];
  const elements: Element[] = [];
  const markup = page.replace(/<!doctype html>/i, "").replace(/(<style>)[^<]*/, "$1");
  for (const [, tag] of markup.matchAll(/<([^>]*)>/g)) {
    const [, closing, name, rest] = /^(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+="[^"]*")*)\s*\/?$/.exec(tag!.trim()) ?? [];
    if (name === undefined) throw new Error(`not a tag: <${tag}>`);
    if (closing) {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
      continue;
    }
    elements.push({ name, attributes: attributesOf(rest ?? "") });
    if (!VOID.has(name) && !tag!.trimEnd().endsWith("/")) open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(", ")}`);
  return elements;
}

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/([a-zA-Z-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));

/** What is wrong with a page for people who use a keyboard or listen to it, or with a page that is to load nothing. */
export function problemsOf(page: string): string[] {
  const elements = elementsOf(page);
  const named = (name: string) => elements.filter((each) => each.name === name);
  const ids = elements.flatMap(({ attributes }) => attributes["id"] ?? []);
  const headings = elements.flatMap(({ name }) => /^h([1-6])$/.exec(name)?.[1] ?? []).map(Number);
  const problems: [string, boolean][] = [
    ["it has no language", named("html")[0]?.attributes["lang"] !== "en"],
    ["it does not have one title, main and h1", ["title", "main", "h1"].some((name) => named(name).length !== 1)],
    ["it has no navigation with a name", !named("nav").every(({ attributes }) => attributes["aria-label"])],
    ["its first link does not skip to the content", named("a")[0]?.attributes["href"] !== "#content"],
    ["a heading skips a level", headings.some((level, index) => level > (headings[index - 1] ?? 0) + 1)],
    ["an id is there twice", new Set(ids).size !== ids.length],
    [
      "a link leads nowhere",
      named("a").some(({ attributes: { href = "" } }) => !href.startsWith("#") || !ids.includes(href.slice(1))),
    ],
    [
      "a picture says nothing",
      named("svg").some(({ attributes }) => attributes["aria-hidden"] !== "true" && !attributes["aria-label"]),
    ],
    ["it runs something", ["script", "iframe", "object", "embed"].some((name) => named(name).length > 0)],
    ["it has a handler", elements.some(({ attributes }) => Object.keys(attributes).some((key) => /^on/i.test(key)))],
    ["it loads something", elements.some(({ attributes }) => "src" in attributes) || /url\(|@import/.test(page)],
    ["it lets a browser load something", !page.includes("content=\"default-src 'none'; style-src 'unsafe-inline'\"")],
  ];
  return problems.flatMap(([problem, isThere]) => (isThere ? problem : []));
}
