import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

import { ensureFunctionPackage } from "../lambda/package/ensure";
import { COMPILER } from "./compiler";
import { bundleDrill } from "./drill-bundle";
import { PROJECT } from "./project-files";

/**
 * Builds what is published: the constructs, compiled, the function's zip, and the drill. The compiler starts at the package's only
 * entry, so that what is not reachable from it (workshop, lab, module) cannot get in.
 */
rmSync(join(PROJECT, "dist", "src"), { recursive: true, force: true });
ensureFunctionPackage(join(PROJECT, "dist", "function", "revoke-sessions.zip"));
execFileSync(process.execPath, [COMPILER, "--project", "tsconfig.build.json"], {
  cwd: PROJECT,
  stdio: "inherit",
});
void bundleDrill(join(PROJECT, "dist", "drill", "cli.js"));
