import { dirname, join, normalize } from "node:path";

/** The project's documents, by their paths from its root. */
export type Documents = Readonly<Record<string, string>>;

/**
 * The links between documents that lead nowhere: to a file that does not exist, or to a heading that a document does not
 * have. Links to other sites are not followed: a check must not depend on somebody else's server.
 *
 * @param exists whether the project has a file or folder at a path from its root.
 * @returns one line for each, with document and line.
 */
export function brokenLinks(documents: Documents, exists: (path: string) => boolean): string[] {
  return Object.entries(documents).flatMap(([document, text]) =>
    linksOf(text).flatMap(({ target, line }) => {
      const [path = "", heading] = target.split("#");
      const file = path === "" ? document : normalize(join(dirname(document), decodeURIComponent(path)));
      const where = `${document}:${line}: ${target}`;
      if (!exists(file)) return [`${where}: there is no ${file}`];
      const linked = documents[file];
      if (heading === undefined || linked === undefined || anchorsOf(linked).has(heading)) return [];
      return [`${where}: ${file} has no such heading`];
    }),
  );
}

function linksOf(text: string): { target: string; line: number }[] {
  return proseOf(text).flatMap(({ prose, line }) =>
    [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(\S+)/g)]
      .map(([, inline, reference]) => ({ target: inline ?? reference ?? "", line }))
      .filter(({ target }) => !/^[a-z]+:/i.test(target)),
  );
}

/**
 * The anchors of a document: those that it names, and those that GitHub makes out of headings, in lower case, punctuation
 * dropped, blanks to hyphens, repeats numbered.
 */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = proseOf(text).flatMap(({ prose }) => {
    const heading = /^#{1,6}\s+(.+?)\s*#*$/.exec(prose)?.[1];
    if (heading === undefined) return [];
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const repeats = seen.get(anchor) ?? 0;
    seen.set(anchor, repeats + 1);
    return [repeats === 0 ? anchor : `${anchor}-${repeats}`];
  });
  const named = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, anchor]) => anchor!);
  return new Set([...anchors, ...named]);
}

/** The lines outside of fenced code, without code in the text. */
function proseOf(text: string): { prose: string; line: number }[] {
  let fence: string | undefined;
  return text.split("\n").flatMap((written, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(written)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      return [];
    }
    if (fence !== undefined) return [];
    const isHeading = /^#{1,6}\s/.test(written);
    return [{ prose: isHeading ? written : written.replace(/`[^`]*`/g, "code"), line: index + 1 }];
  });
}
