import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { RehearsalError } from "../play/rehearsal-error";

/** An event to replay. */
export interface ReplayedEvent {
  /** Where it was read from. */
  readonly name: string;
  readonly event: Record<string, unknown>;
  /** The fields of the envelope that had to be added. */
  readonly added: readonly string[];
}

/** A file that holds nothing to replay, and why. */
export interface UnusableFile {
  readonly name: string;
  readonly problem: string;
}

/** Reads one event from a file, or from standard input if the file is `-`; throws a `RehearsalError` for anything else. */
export function readEvent(file: string, accountId: string): ReplayedEvent {
  const name = file === "-" ? "standard input" : file;
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new RehearsalError(`${name} cannot be read: ${(cause as Error).message}`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RehearsalError(`${name} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`;
    throw new RehearsalError(
      `${name} holds ${kind}: expected is one GuardDuty finding or one EventBridge event, a JSON object`,
    );
  }
  return { name, ...toEvent(value as Record<string, unknown>, accountId) };
}

/** Reads every `.json` file of a folder, in the order of their names. */
export function readFolder(folder: string, accountId: string): (ReplayedEvent | UnusableFile)[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
  if (files.length === 0) throw new RehearsalError(`${folder} holds no .json file`);
  return files.map((file) => {
    try {
      return { ...readEvent(path.join(folder, file), accountId), name: file };
    } catch (error) {
      if (error instanceof RehearsalError) return { name: file, problem: error.message };
      throw error;
    }
  });
}

/** Whether a path names a folder. */
export function isFolder(file: string): boolean {
  return file !== "-" && (statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/**
 * Makes an event of a bare finding, and completes an envelope that was cut short: only fields that are missing are added,
 * as GuardDuty would set them.
 */
function toEvent(value: Record<string, unknown>, accountId: string): Omit<ReplayedEvent, "name"> {
  const isEnvelope = "detail" in value || "detail-type" in value;
  const given = isEnvelope ? value : { detail: value };
  const detail = (given["detail"] ?? {}) as Record<string, unknown>;
  const complete: Record<string, unknown> = {
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
  return { event: complete, added: isEnvelope ? ["source", "detail-type"].filter((field) => !(field in given)) : [] };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
