import "./workshop/without-source-maps";

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { App } from "cdktf";

import { readSettings } from "./workshop/settings";
import { LabStack } from "./workshop/lab-stack";
import { ResponseStack } from "./workshop/response-stack";

const { context = {} } = JSON.parse(readFileSync(join(__dirname, "cdktf.json"), "utf8"));

try {
  const settings = readSettings(context, process.env);
  const app = new App({ context, stackTraces: false });
  new ResponseStack(app, "guardduty-response", settings);
  new LabStack(app, "guardduty-lab", settings);
  app.synth();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
