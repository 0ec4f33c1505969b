/**
 * Puts generated texts into a document, each between the comments `<!-- begin NAME -->` and `<!-- end NAME -->`. Sections
 * that the document does not have are left out.
 *
 * @param texts the texts by their names.
 * @throws Error if a section begins and does not end.
 */
export function replaceSections(document: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((current, [name, text]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const from = current.indexOf(begin);
    if (from < 0) return current;
    const to = current.indexOf(end, from);
    if (to < 0) throw new Error(`the section ${JSON.stringify(name)} begins and does not end: ${end} is missing`);
    return `${current.slice(0, from + begin.length)}\n\n${text}\n\n${current.slice(to)}`;
  }, document);
}
