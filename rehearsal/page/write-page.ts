import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";

import { RehearsalError } from "../play/rehearsal-error";

/** Says at once if a page cannot be written to a file: throws a `RehearsalError` that names it. Leaves the file as it is. */
export function checkPageFile(file: string): void {
  const isNew = !existsSync(file);
  if (!isNew && statSync(file).isDirectory()) {
    throw new RehearsalError(`--html: ${file} is a folder; name a file in it`);
  }
  attempt(file, () => closeSync(openSync(file, "a")));
  if (isNew) rmSync(file);
}

/** Writes a page to a file, in place of what it held; throws a `RehearsalError` if the file cannot be written. */
export function writePage(file: string, page: string): void {
  attempt(file, () => writeFileSync(file, page));
}

function attempt(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new RehearsalError(`--html: ${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
