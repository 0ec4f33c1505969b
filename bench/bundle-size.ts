import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { transformSync } from "esbuild";

import { bundleWithDefaults, unpackOurs } from "./packages";

export interface BundleSizes {
  /** Sizes of the deployed files, which are readable, in bytes. */
  readonly files: Readonly<Record<string, number>>;
  /** The same, minified, in bytes. */
  readonly minified: number;
  /** What esbuild's defaults make of the same handler, in bytes. */
  readonly defaults: number;
  readonly ratio: number;
  /** Bytes of the file that decides and revokes, by package, the largest first. */
  readonly left: readonly (readonly [string, number])[];
}

export function bundleSizes(): BundleSizes {
  const ours = unpackOurs();
  const sources = readdirSync(ours)
    .filter((name) => name.endsWith(".js"))
    .map((name) => [name, readFileSync(join(ours, name), "utf8")] as const);
  const minified = sources.reduce(
    (sum, [, source]) => sum + transformSync(source, { minify: true, format: "cjs" }).code.length,
    0,
  );
  const defaults = statSync(join(bundleWithDefaults(mkdtempSync(join(tmpdir(), "bench-"))), "index.js")).size;
  const files = Object.fromEntries(sources.map(([name, source]) => [name, source.length]));
  return {
    files,
    minified,
    defaults,
    ratio: minified / defaults,
    left: byPackage(readFileSync(join(ours, "handling.js"), "utf8")),
  };
}

/** esbuild writes the path of each module in a comment before it. */
function byPackage(bundle: string): [string, number][] {
  const sizes = new Map<string, number>();
  for (const module of bundle.split(/^(?=\/\/ (?:.*node_modules|lambda|src)\/)/m).slice(1)) {
    const path = /^\/\/ (.*)/.exec(module)?.[1] ?? "";
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? "our own";
    sizes.set(name, (sizes.get(name) ?? 0) + module.length);
  }
  return [...sizes].sort(([, a], [, b]) => b - a);
}

if (require.main === module) console.log(bundleSizes());
