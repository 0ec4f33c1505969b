import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { EXAMPLE_ACCOUNT } from "../local-aws/api/account";
import { readDeployment } from "../local-aws/terraform/read-deployment";
import { measure } from "../rehearsal/measure/measure";
import { renderPicture } from "../rehearsal/page/picture";
import { synthesize } from "../rehearsal/synthesize";
import { PROJECT } from "./project-files";

/** The command that draws `docs/rehearsal.svg` from what is measured of the workshop's deployment. */
async function main(): Promise<void> {
  const output = await synthesize({});
  try {
    const measured = await measure(readDeployment(output.directory, EXAMPLE_ACCOUNT));
    writeFileSync(join(PROJECT, "docs", "rehearsal.svg"), renderPicture(measured));
  } finally {
    output.remove();
  }
}

void main();
