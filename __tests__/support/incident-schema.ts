import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT } from "../../scripts/project-files";
import type { Schema } from "./json-schema";

/** The schema of an incident's event, as it is published. */
export const INCIDENT_SCHEMA = JSON.parse(
  readFileSync(join(PROJECT, "docs", "incident-event.schema.json"), "utf8"),
) as Schema;
