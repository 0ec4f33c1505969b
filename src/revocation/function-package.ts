import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The function's code, ready for Lambda. */
export interface FunctionPackage {
  /** Absolute path of the zip. */
  readonly path: string;
  /** Base64 of the zip's SHA-256, as Lambda states it in `CodeSha256`. */
  readonly sha256: string;
}

let built: FunctionPackage | undefined;

/**
 * The zip that is deployed. A published package carries it; a checkout builds it, once per process, so that what is
 * synthesized is always what the sources say.
 */
export function functionPackage(): FunctionPackage {
  if (built) return built;
  const path = join(__dirname, "../..", isCheckout() ? "dist/function" : "function", "revoke-sessions.zip");
  if (isCheckout()) {
    // Loaded by a computed name: the compiler must not pull the bundler into what is published.
    const builder = require(join(__dirname, "../../lambda/package/ensure")) as EnsurePackage;
    builder.ensureFunctionPackage(path);
  }
  const sha256 = createHash("sha256").update(readFileSync(path)).digest("base64");
  built = { path, sha256 };
  return built;
}

interface EnsurePackage {
  ensureFunctionPackage(zipFile: string): void;
}

const isCheckout = (): boolean => __filename.endsWith(".ts");
