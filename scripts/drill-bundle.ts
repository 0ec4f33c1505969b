import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { thirdPartyLicences } from "../lambda/package/licences";
import { usedSchemasOnly } from "../lambda/package/used-schemas";
import { PROJECT } from "./project-files";

/**
 * Bundles the drill with all that it needs of the AWS SDK into one file, so that whoever installs the constructs does not install
 * twelve clients with them.
 *
 * @param outfile the command; the licences of what is in it are put beside it.
 */
export async function bundleDrill(outfile: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    preserveSymlinks: true,
    entryPoints: ["drill/cli.ts"],
    outfile,
    metafile: true,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    banner: { js: "#!/usr/bin/env node" },
    plugins: [usedSchemasOnly],
    // The compiled library lies beside the bundle as its sources lie beside the drill's.
    external: ["../src/revocation/function-package"],
    legalComments: "none",
    logLevel: "error",
  });
  writeFileSync(
    join(dirname(outfile), "THIRD-PARTY-LICENCES.txt"),
    thirdPartyLicences(Object.keys(metafile.inputs), "The drill"),
  );
}
