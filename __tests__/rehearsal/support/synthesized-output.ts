import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { App } from "cdktf";

import { context } from "../../../cdktf.json";
import { readSettings } from "../../../workshop/settings";
import { LabStack } from "../../../workshop/lab-stack";
import { ResponseStack } from "../../../workshop/response-stack";

/** The parts of a `cdk.tf.json` that tests change. */
export interface StackJson {
  resource: Record<string, Record<string, Record<string, never>>>;
}

/** The real output of the app, synthesized once and in this process, and copies of it with something changed. */
export class SynthesizedOutputs {
  private readonly directories: string[] = [];

  private constructor(readonly original: string) {
    this.directories.push(original);
  }

  static create(environment: Record<string, string> = {}): SynthesizedOutputs {
    const outdir = mkdtempSync(join(tmpdir(), "synthesized-"));
    const settings = readSettings(context, environment);
    const app = new App({ outdir, context });
    new ResponseStack(app, "guardduty-response", settings);
    new LabStack(app, "guardduty-lab", settings);
    app.synth();
    return new SynthesizedOutputs(outdir);
  }

  /** A copy in which the response's stack is changed. */
  withChange(change: (stack: StackJson) => void): string {
    const directory = mkdtempSync(join(tmpdir(), "changed-"));
    this.directories.push(directory);
    cpSync(this.original, directory, { recursive: true });
    const file = join(directory, "stacks", "guardduty-response", "cdk.tf.json");
    const stack = JSON.parse(readFileSync(file, "utf8")) as StackJson;
    change(stack);
    writeFileSync(file, JSON.stringify(stack));
    return directory;
  }

  remove(): void {
    for (const directory of this.directories) rmSync(directory, { recursive: true, force: true });
  }
}

/** The only resource of a type that is in the stack's region; the guard is in that of IAM's events. */
export function only(stack: StackJson, type: string): Record<string, unknown> {
  const resources = Object.values(stack.resource[type] ?? {}) as Record<string, unknown>[];
  const [resource, ...others] = resources.filter(({ provider }) => provider === undefined);
  if (!resource || others.length > 0) throw new Error(`expected one resource of type ${type} in the stack's region`);
  return resource;
}

/** Changes a JSON document that stands in an attribute as text. */
export function changeJson(
  resource: Record<string, unknown>,
  attribute: string,
  change: (document: any) => void,
): void {
  const document = JSON.parse(resource[attribute] as string);
  change(document);
  resource[attribute] = JSON.stringify(document);
}
