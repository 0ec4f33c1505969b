import { parseArgs } from "node:util";

import { CHECK_NAMES, type CheckName } from "./check/checks";
import { DrillError } from "./drill-error";

/** What was asked for on the command line. */
export interface Options {
  readonly command: "check";
  readonly profile?: string;
  readonly region?: string;
  readonly functionName?: string;
  readonly without: readonly CheckName[];
  readonly json: boolean;
}

export const USAGE = `Usage: npm run drill -- COMMAND [options]
       npx cdktf-guardduty-credential-response drill COMMAND [options]

Proves a deployed response in the account that it protects, with your own
credentials: those of the shell, of a profile, of Identity Center.

  check                 reads only: what is right, what is not, and the
                        command that mends it

  --profile NAME        a profile of AWS's configuration files
  --region NAME         the region of the function
  --function NAME       the function; it is found by itself if there is one
  --without NAME,…      checks that are not wanted here:
                        ${CHECK_NAMES.slice(0, 6).join(", ")},
                        ${CHECK_NAMES.slice(6).join(", ")}
  --json                write one JSON document
  --help                show this

Ends with 0; with 1 if something does not hold; with 2 if the drill could not
be run: a wrong option, credentials that do not work. docs/drill.md has more.
`;

/**
 * Reads the command line, behind the word "drill".
 *
 * @returns "help" if that was asked for.
 * @throws DrillError that names what is wrong with it.
 */
export function readOptions(parameters: readonly string[]): Options | "help" {
  const { values, positionals } = parse(parameters);
  if (values.help) return "help";
  const [command, ...others] = positionals;
  if (command !== "check" || others.length > 0) {
    const received = positionals.length === 0 ? "nothing" : positionals.join(" ");
    throw new DrillError(`the command must be check; received ${received} (see --help)`);
  }
  return {
    command,
    profile: values.profile,
    region: values.region,
    functionName: values.function,
    without: readWithout(values.without),
    json: values.json ?? false,
  };
}

function readWithout(text = ""): CheckName[] {
  const names = text.split(",").filter((name) => name !== "");
  const isCheck = (name: string): name is CheckName => (CHECK_NAMES as readonly string[]).includes(name);
  const checks = names.filter(isCheck);
  if (checks.length < names.length) {
    throw new DrillError(`--without: must be some of ${CHECK_NAMES.join(", ")}; received "${text}"`);
  }
  return checks;
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        profile: { type: "string" },
        region: { type: "string" },
        function: { type: "string" },
        without: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    throw new DrillError(`${(cause as Error).message} (see --help)`, { cause });
  }
}
