import { readFileSync } from "node:fs";

import { LocalAwsError } from "../local-aws-error";

/** Reads a file that cdktf has written; throws a `LocalAwsError` if it cannot be read. */
export function readOutput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new LocalAwsError(`${file} cannot be read: name the folder that "cdktf synth" writes, usually cdktf.out`, {
      cause,
    });
  }
}

/** Reads a JSON file that cdktf has written; throws a `LocalAwsError` if it is not JSON. */
export function readJson<Content>(file: string): Content {
  try {
    return JSON.parse(readOutput(file).toString("utf8")) as Content;
  } catch (cause) {
    if (cause instanceof LocalAwsError) {
      throw cause;
    }
    throw new LocalAwsError(`${file} is not JSON: run "cdktf synth" again`, { cause });
  }
}
