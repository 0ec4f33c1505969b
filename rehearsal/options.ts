import { parseArgs } from "node:util";

import { Scope } from "../src/contract/environment";
import { RehearsalError } from "./play/rehearsal-error";

/** What was asked for on the command line. */
export interface Options {
  /** A file, a folder, or `-` for standard input; undefined plays the story. */
  readonly finding?: string;
  /** The story of an organization instead of the workshop's. */
  readonly organization: boolean;
  readonly scope?: Scope;
  /** The output of an earlier `cdktf synth`; undefined synthesizes. */
  readonly synthesized?: string;
  /** One line for each thing that happened. */
  readonly brief: boolean;
  readonly json: boolean;
  /** The file that a page of the run is written to; undefined writes none. */
  readonly html?: string;
  readonly help: boolean;
}

export const USAGE = `Usage: npm run rehearse -- [options]

Synthesizes the deployment and plays the workshop's story against it on this
machine: event pattern, mails, the function's real package, IAM's decisions.
Nothing leaves the machine, and no AWS account is needed.

  --finding FILE        replay findings instead of the story, in any form: an
                        EventBridge event, a finding as GuardDuty, get-findings
                        or the console give it, a message of SNS or of the
                        failure queue, JSON lines; "-" reads standard input
  --finding FOLDER      replay every JSON file of a folder, one row for each
  --organization        play the story of an organization, with a deployment of
                        its own: member accounts, and a further region
  --scope role|session|instance
                        what the deployment revokes, in place of its setting
  --synthesized FOLDER  use what "cdktf synth" wrote (cdktf.out), as it is
  --brief               one line for each thing that happens: fits on a screen
  --json                write one JSON document
  --html FILE           write a page as well, for people who would rather look
  --help                show this

Settings come from cdktf.json and from GUARDDUTY_RESPONSE_... variables:
  GUARDDUTY_RESPONSE_REVOCABLE_ROLES=any npm run rehearse -- --finding FILE

Ends with 0; with 1 if a claim of the story does not hold; with 2 if an option,
a file or a setting is not usable, or the rehearsal itself fails.
`;

/** Reads the command line; throws a `RehearsalError` that names what is wrong with it. */
export function readOptions(parameters: readonly string[]): Options {
  const {
    finding,
    organization = false,
    scope,
    synthesized,
    brief = false,
    json = false,
    html,
    help = false,
  } = parse(parameters);
  if (scope !== undefined && !isScope(scope)) {
    throw new RehearsalError(`--scope: must be ${Object.values(Scope).join(" or ")}; received "${scope}"`);
  }
  if (scope !== undefined && synthesized !== undefined) {
    throw new RehearsalError(
      "--scope: what --synthesized names was synthesized with a scope already; leave one of them out",
    );
  }
  const others = Object.entries({ finding, scope, synthesized }).filter(([, value]) => value !== undefined);
  if (organization && others.length > 0) {
    throw new RehearsalError(
      `--organization: plays a deployment of its own; leave out ${others.map(([name]) => `--${name}`).join(" and ")}`,
    );
  }
  if (brief && json) {
    throw new RehearsalError("--brief: is for people, and --json for machines; leave one of them out");
  }
  if (html !== undefined && !/\.html?$/.test(html)) {
    throw new RehearsalError(`--html: must name a file that ends in .html; received "${html}"`);
  }
  return { finding, organization, scope, synthesized, brief, json, html, help };
}

const isScope = (text: string): text is Scope => (Object.values(Scope) as string[]).includes(text);

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      options: {
        finding: { type: "string" },
        organization: { type: "boolean" },
        scope: { type: "string" },
        synthesized: { type: "string" },
        brief: { type: "boolean" },
        json: { type: "boolean" },
        html: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new RehearsalError(`${(cause as Error).message} (see --help)`, { cause });
  }
}
