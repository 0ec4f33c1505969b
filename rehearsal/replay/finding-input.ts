import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { RehearsalError } from "../play/rehearsal-error";
import { jsonValues } from "./json-values";
import { type Unwrapped, unwrap } from "./unwrap";

/** An event to replay. */
export interface ReplayedEvent {
  /** Where it was read from. */
  readonly name: string;
  readonly event: Record<string, unknown>;
  /** What had to be assumed to make an event of what was read. */
  readonly assumptions: readonly string[];
}

/** A file, or a part of one, that holds nothing to replay. */
export interface UnusableInput {
  readonly name: string;
  /** Why, as what follows the name: `is not JSON: …`. */
  readonly problem: string;
}

export type FindingInput = ReplayedEvent | UnusableInput;

/**
 * Reads the findings in a file, or in standard input if the file is `-`.
 *
 * @param accountId the account that an event arrives in if nothing in it names one.
 * @throws RehearsalError if the file holds nothing but one thing that cannot be replayed.
 */
export function readFindings(file: string, accountId: string): FindingInput[] {
  const inputs = inputsOf(file, file === "-" ? "standard input" : file, accountId);
  const [first, ...others] = inputs;
  if (first && "problem" in first && others.length === 0) {
    throw new RehearsalError(`${first.name} ${first.problem}`);
  }
  return inputs;
}

/** The names of files that may hold findings, in a folder. */
const FINDING_FILE = /\.(json|jsonl|ndjson)(\.gz)?$/;

/** Reads the findings in every JSON file of a folder, in the order of their names. */
export function readFolder(folder: string, accountId: string): FindingInput[] {
  const files = readdirSync(folder)
    .filter((file) => FINDING_FILE.test(file))
    .sort();
  if (files.length === 0) {
    throw new RehearsalError(`${folder} holds no file of findings (.json, .jsonl, .ndjson, also with .gz)`);
  }
  return files.flatMap((file) => inputsOf(path.join(folder, file), file, accountId));
}

/** Whether a path names a folder. */
export function isFolder(file: string): boolean {
  return file !== "-" && (statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function inputsOf(file: string, name: string, accountId: string): FindingInput[] {
  let text: string;
  try {
    text = decoded(readFileSync(file === "-" ? 0 : file));
  } catch (cause) {
    return [{ name, problem: `cannot be read: ${oneLine(cause)}` }];
  }
  let found: Unwrapped[];
  try {
    found = jsonValues(text).flatMap(unwrap);
  } catch (cause) {
    return [{ name, problem: `is not JSON: ${oneLine(cause)}` }];
  }
  return found.map((each, index) => inputOf(each, found.length === 1 ? name : `${name} #${index + 1}`, accountId));
}

const oneLine = (error: unknown): string => (error as Error).message.replace(/\s+/g, " ");

/** A file's text: unpacked if it is an export of GuardDuty's, and in the encoding of its byte order mark, as PowerShell writes it. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return decoded(gunzipSync(bytes));
  }
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

const EXPECTED =
  "must be findings of GuardDuty, as EventBridge, get-findings, the console, SNS or the failure queue give them";

function inputOf(found: Unwrapped, name: string, accountId: string): FindingInput {
  if (found.kind === "other") {
    return { name, problem: `holds ${found.what}: ${EXPECTED}` };
  }
  const given = found.kind === "event" ? found.event : { detail: found.finding };
  const missing = found.kind === "event" ? ["source", "detail-type"].filter((field) => !(field in given)) : [];
  return {
    name,
    event: completed(given, accountId),
    assumptions: [
      ...(found.converted
        ? ["the keys are as EventBridge writes them (accessKeyId); the file has others (AccessKeyId)"]
        : []),
      ...(missing.length > 0
        ? [`the event has ${missing.join(" and ")}, as GuardDuty sets them; the file has not`]
        : []),
    ],
  };
}

/** An event with the fields of its envelope that are missing, as GuardDuty would set them. */
function completed(given: Record<string, unknown>, accountId: string): Record<string, unknown> {
  const detail = given["detail"] as Record<string, unknown>;
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "GuardDuty Finding",
    source: "aws.guardduty",
    account: text(detail["accountId"]) ?? accountId,
    time: text(detail["updatedAt"]) ?? new Date().toISOString(),
    region: text(detail["region"]),
    resources: [],
    ...given,
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
