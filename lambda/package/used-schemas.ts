import { readFile } from "node:fs/promises";

import type { Plugin } from "esbuild";

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-\w+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;

/**
 * Lets esbuild leave out the schemas of operations that are never called, nine tenths of EC2's client.
 *
 * The SDK names most keys in its schemas by constants, `{ [_xN]: _II }`, and writes types of lists as `64 | 0`. Both may run
 * code, for all that esbuild can know, so it has to keep every such schema, used or not. With the values in their place the
 * same schemas are plain literals.
 */
export const usedSchemasOnly: Plugin = {
  name: "used-schemas-only",
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const values = new Map(
        [...source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = source
        .replace(/\[(_\w+)\]:/g, (key, name) => `${values.get(name) ?? key}:`)
        .replace(/\b(\d+) \| (\d+)\b/g, (_, list, member) => String(Number(list) | Number(member)));
      return { contents, loader: "js" };
    });
  },
};
