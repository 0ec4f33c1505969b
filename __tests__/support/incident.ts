import type { FunctionConfiguration } from "../../lambda/revoke-sessions/configuration";
import { type Finding, parseFindings } from "../../lambda/revoke-sessions/finding";
import type { Plan, Refused, Revoked } from "../../lambda/revoke-sessions/incident";
import type { Mail } from "../../lambda/revoke-sessions/mail";
import { roleTargets, instanceTargets } from "../../lambda/revoke-sessions/target";
import type { Role } from "../../lambda/revoke-sessions/triage";
import { readTrust, type Trust } from "../../lambda/revoke-sessions/trust";
import type { NotRevokedReason } from "../../src/contract/reasons";
import { configuration } from "./configuration";
import { ACCOUNT_ID, accessKeyId, findingEvent, type FindingOptions, instanceId, ROLE_ID, ROLE_NAME } from "./finding";

type Settings = Partial<FunctionConfiguration>;

/** When the policy was written, */
export const WRITTEN_AT = new Date("2026-03-01T12:00:10Z");
/** which cut-off it has, */
export const CUTOFF = new Date("2026-03-01T12:00:40Z");
/** and when all was done. */
export const HANDLED_AT = new Date("2026-03-01T12:00:21Z");

/** Who may use a role. */
export const trust = (changed: Partial<Trust>): Trust => ({ ...readTrust(undefined), ...changed });

/** A role that instances use, and nobody else. */
export const ROLE: Role = {
  arn: `arn:aws:iam::${ACCOUNT_ID}:role/${ROLE_NAME}`,
  path: "/",
  roleId: ROLE_ID,
  tags: [],
  trust: trust({ services: ["ec2.amazonaws.com"] }),
};

/** A credential of an instance's session of the role. */
export const stolenFrom = (number: number) => ({
  accessKeyId: accessKeyId(number),
  principalId: `${ROLE_ID}:${instanceId(number)}`,
});

/** A credential of a session of another role. */
export const ofAnotherRole = (number: number) => ({
  accessKeyId: accessKeyId(number),
  principalId: `AROAINVENTEDOTHER${String(number).padStart(4, "0")}:${instanceId(number)}`,
});

/** The plan for a finding about the role, in the scope that is asked for if it can be had. */
export function planFor(finding: Finding, { scope = "role" }: Settings = {}): Plan {
  const claimed = { roleName: finding.userName ?? ROLE_NAME, roleId: ROLE_ID };
  const narrow = scope === "role" ? undefined : instanceTargets(finding, claimed, scope);
  return { ...(narrow ?? roleTargets(finding, claimed)), roleName: claimed.roleName };
}

function handled(options: FindingOptions, settings: Settings) {
  const finding = parseFindings(findingEvent(options))[0];
  return { finding, configuration: configuration(settings), plan: planFor(finding, settings), handledAt: HANDLED_AT };
}

/** A revocation that went well. */
export function revoked(
  options: FindingOptions = {},
  changed: Partial<Revoked> = {},
  settings: Settings = {},
): Revoked {
  const cutoff = changed.cutoff ?? CUTOFF;
  const about = handled(options, settings);
  return {
    kind: "revoked",
    ...about,
    asked: settings.scope ?? "role",
    role: ROLE,
    cutoff,
    cutoffs: about.plan.targets.map(() => cutoff),
    moved: true,
    distrusted: false,
    writtenAt: WRITTEN_AT,
    verification: { state: "verified" },
    impact: { kind: "listed", uses: [] },
    ...changed,
  };
}

/** A finding for which nothing was revoked. */
export function refused(
  reason: NotRevokedReason,
  options: FindingOptions = {},
  changed: Partial<Refused> = {},
  settings: Settings = {},
): Refused {
  const refusal = { reason, explanation: "it was not to be" };
  return { kind: "refused", ...handled(options, settings), refusal, attached: [], ...changed };
}

/** The titles of a mail's sections. */
export const titles = ({ message }: Mail): string[] => message.split("\n\n").map((each) => each.split("\n")[0]!);

/** The lines of one section of a mail, without their indentation. */
export function section({ message }: Pick<Mail, "message">, title: string): string[] {
  const found = message.split("\n\n").find((each) => each.startsWith(`${title}\n`));
  if (found === undefined) throw new Error(`the mail has no section ${title}:\n${message}`);
  return found
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/^ {2}/, ""));
}

/** Lines of prose as one. */
export const prose = (lines: readonly string[]): string => lines.map((line) => line.trim()).join(" ");

/** A numbered step of DO NOW. */
export interface ReadStep {
  readonly text: string;
  readonly commands: readonly string[];
}

/** The steps of a mail's DO NOW, as a reader takes them. */
export function stepsOf(mail: Mail): ReadStep[] {
  const lines = section(mail, "DO NOW").filter((line) => !line.startsWith("Runbook:"));
  const starts = lines.flatMap((line, index) => (/^\d\. /.test(line) ? index : []));
  return starts.map((start, index) => {
    const own = lines.slice(start, starts[index + 1]);
    const text = own.filter((line) => !isCommand(line)).map((line) => line.slice(3));
    return { text: prose(text), commands: own.filter(isCommand) };
  });
}

/** Nothing else in a mail is as far to the right. */
const isCommand = (line: string): boolean => line.startsWith("    ");

/** The commands of a section. */
export const commandsIn = (mail: Mail, title: string): string[] => section(mail, title).filter(isCommand);
