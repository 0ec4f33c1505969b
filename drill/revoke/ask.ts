import { createInterface, type Interface } from "node:readline";

import { DrillError } from "../drill-error";

/**
 * Asks whether the sessions of others may be cut.
 *
 * @param users as lines; without any, nothing is asked.
 * @throws DrillError if the answer is no, or there is nobody to ask.
 */
export async function askToCut(roleName: string, users: readonly string[], yes: boolean): Promise<void> {
  if (users.length === 0 || yes) return;
  const who = [`the role ${roleName} is used by:`, ...users.map((each) => `  ${each}`)].join("\n");
  if (!process.stdin.isTTY) {
    throw new DrillError(`${who}\nTheir sessions would be cut: name another role with --role, or agree with --yes`);
  }
  // Standard output may be a JSON document's.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await answerTo(
    terminal,
    `${who}\nEach is denied every call until it gets new credentials, which can take hours. Cut them? [y/N] `,
  );
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new DrillError("nothing was done");
}

/** What is typed in answer to a question; nothing if the terminal is closed. */
const answerTo = (terminal: Interface, question: string): Promise<string> =>
  new Promise((resolve) => {
    // A closed terminal leaves the question without an answer for ever.
    terminal.once("close", () => resolve(""));
    terminal.question(question, resolve);
  });
