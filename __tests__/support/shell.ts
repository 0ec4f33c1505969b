import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The shells of this machine that people paste commands into. They get no input: bash takes Node.js's pipes for a remote login, and
 * would read its user's settings.
 */
export const SHELLS = ["sh", "bash", "zsh"].filter(
  (shell) => spawnSync(shell, ["-c", ":"], { stdio: "ignore" }).status === 0,
);

/** What the AWS CLI prints, by a pattern of `case` over its words; it fails if that is undefined. */
export type Responses = Readonly<Record<string, string | undefined>>;

/**
 * Runs commands of a mail in a shell, in an empty folder, with stand-ins for the AWS CLI and kubectl.
 *
 * @returns the words of each call, in this order.
 * @throws Error if the shell complains.
 */
export function callsOf(shell: string, commands: readonly string[], responses: Responses = {}): string[][] {
  const cases = Object.entries(responses).map(
    ([pattern, response]) => `${pattern}) ${response === undefined ? "return 254" : `echo '${response}'`};;`,
  );
  // Functions, because a process for each call would take ten times as long.
  const standIns = ["aws", "kubectl"].map(
    (name) => `${name}() {\nprintf '%s\\037' ${name} "$@" >&3\necho >&3\ncase "$*" in ${cases.join(" ")} *) ;; esac\n}`,
  );
  const folder = mkdtempSync(join(tmpdir(), "commands-"));
  try {
    const { output } = spawnSync(shell, ["-c", [...standIns, ...commands].join("\n")], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const [, , complaints, calls] = output;
    if (complaints) throw new Error(complaints);
    return calls!
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("\u001f").slice(0, -1));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
