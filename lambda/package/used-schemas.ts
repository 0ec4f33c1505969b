import { readFile } from "node:fs/promises";

import type { Plugin } from "esbuild";

const SCHEMAS =
  /[\\/]@aws-sdk[\\/](client-\w+|nested-clients)[\\/]dist-es[\\/](submodules[\\/]\w+[\\/])?schemas[\\/]schemas_\d+\.js$/;

/** The one client of whose errors the function knows more than AWS's own codes. */
const IAM = /[\\/]client-iam[\\/]/;

/**
 * Lets esbuild leave out the schemas of operations that are never called, nine tenths of EC2's client.
 *
 * The SDK names most keys in its schemas by constants, `{ [_xN]: _II }`, and writes types of lists as `64 | 0`. Both may run
 * code, for all that esbuild can know, so it has to keep every such schema, used or not. With the values in their place the
 * same schemas are plain literals.
 *
 * Every error that a service knows is registered, used or not, with a class of its own. One that is not registered has AWS's
 * code for its name, and that is all that this function goes by, but for IAM's.
 */
export const usedSchemasOnly: Plugin = {
  name: "used-schemas-only",
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const values = new Map(
        [...source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = (IAM.test(path) ? source : source.replace(/^\w+_registry\.registerError\(.*\);$/gm, ""))
        .replace(/\[(_\w+)\]:/g, (key, name) => `${values.get(name) ?? key}:`)
        .replace(/\b(\d+) \| (\d+)\b/g, (_, list, member) => String(Number(list) | Number(member)));
      return { contents, loader: "js" };
    });
  },
};
