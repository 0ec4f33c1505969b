/**
 * The JSON values of a text: one document, or several one after the other, as in JSON lines or in what jq prints.
 *
 * @throws SyntaxError if the text is not JSON.
 */
export function jsonValues(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const documents = separated(text);
    if (documents.length < 2) {
      throw error;
    }
    return documents.map((document, index) => parsed(document, index + 1));
  }
}

function parsed(document: string, number: number): unknown {
  try {
    return JSON.parse(document);
  } catch (cause) {
    throw new SyntaxError(`document ${number}: ${(cause as Error).message}`, { cause });
  }
}

/** A text, cut where a line begins a new document. */
function separated(text: string): string[] {
  return text.split(/\n(?=[{[])/).filter((document) => document.trim() !== "");
}
