import { parseArgs } from "node:util";

import { ROLE_NAME } from "../lambda/revoke-sessions/triage";
import type { Operator } from "./aws/clients";
import type { CheckOptions } from "./check/check";
import { CHECK_NAMES, type CheckName } from "./check/checks";
import { DrillError } from "./drill-error";
import type { RevokeOptions } from "./revoke/run";
import type { WiringOptions } from "./wiring/run";

/** What was asked for on the command line. */
export type Options = Operator & { readonly json: boolean } & (
    | ({ readonly command: "check" } & CheckOptions)
    | ({ readonly command: "wiring" } & WiringOptions)
    | ({ readonly command: "revoke" } & RevokeOptions)
  );

export const USAGE = `Usage: npm run drill -- COMMAND [options]
       npx --no cdktf-guardduty-credential-response drill COMMAND [options]

Proves a deployed response in the account that it protects, with your own
credentials: those of the shell, of a profile, of Identity Center.

  check                 reads only: what is right, what is not, and the
                        command that mends it
    --without NAME,…    checks that are not wanted here:
                        ${CHECK_NAMES.slice(0, 5).join(", ")},
                        ${CHECK_NAMES.slice(5, 10).join(", ")},
                        ${CHECK_NAMES.slice(10).join(", ")}
    --audit-role NAME   a role of member accounts that you may assume, to see
                        whether they let the function in
    --members ID,…      which of them; else the first five

  wiring                has GuardDuty make its sample finding, and waits for
                        what the function says: nothing is revoked

  revoke --role NAME    starts a session of a role, hands the function a finding
                        about it, and measures until the session is denied
    --undo              removes the policy again
    --yes               does not ask before it cuts sessions of others

  --profile NAME        a profile of AWS's configuration files
  --region NAME         the region of the function
  --function NAME       the function; it is found by itself if there is one
  --json                write one JSON document
  --help                show this

Ends with 0; with 1 if something does not hold; with 2 if the drill could not
be run: a wrong option, credentials that do not work. docs/drill.md has more.
`;

/** The options that a command has of its own. */
const OWN: Readonly<Record<Options["command"], readonly string[]>> = {
  check: ["without", "audit-role", "members"],
  wiring: [],
  revoke: ["role", "undo", "yes"],
};
const COMMANDS = Object.keys(OWN);
const isCommand = (word: string | undefined): word is Options["command"] => COMMANDS.includes(word ?? "");

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
  if (!isCommand(command) || others.length > 0) {
    const received = positionals.length === 0 ? "nothing" : positionals.join(" ");
    throw new DrillError(`the command must be ${COMMANDS.join(" or ")}; received ${received} (see --help)`);
  }
  for (const [other, own] of Object.entries(OWN)) {
    const [foreign] = other === command ? [] : own.filter((name) => name in values);
    if (foreign) throw new DrillError(`--${foreign} is an option of ${other}, not of ${command} (see --help)`);
  }
  const { profile, region, function: functionName, json = false } = values;
  const common = { profile, region, functionName, json };
  switch (command) {
    case "check":
      return { command, ...common, without: readWithout(values.without), ...readSample(values) };
    case "wiring":
      return { command, ...common };
    case "revoke":
      return {
        command,
        ...common,
        roleName: readRole(values.role),
        undo: values.undo ?? false,
        yes: values.yes ?? false,
      };
  }
}

function readRole(name: string | undefined): string {
  if (name !== undefined && ROLE_NAME.test(name)) return name;
  throw new DrillError(`--role: must be the name of a role, without its path; received ${name ?? "nothing"}`);
}

function readSample({ members, "audit-role": auditRole }: { members?: string; "audit-role"?: string }) {
  if (auditRole !== undefined && !ROLE_NAME.test(auditRole.split("/").at(-1)!)) {
    throw new DrillError(
      `--audit-role: must be the name of a role, with its path if it has one; received ${auditRole}`,
    );
  }
  if (members !== undefined && auditRole === undefined) {
    throw new DrillError("--members: needs --audit-role, a role of theirs that you may assume");
  }
  const accountIds = members?.split(",");
  if (accountIds?.some((id) => !/^\d{12}$/.test(id))) {
    throw new DrillError(`--members: must be ids of accounts, twelve digits each; received "${members}"`);
  }
  return { accountIds, auditRole };
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
        "audit-role": { type: "string" },
        members: { type: "string" },
        role: { type: "string" },
        undo: { type: "boolean" },
        yes: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    throw new DrillError(`${(cause as Error).message} (see --help)`, { cause });
  }
}
