import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { App } from "cdktf";

import { context } from "../../../cdktf.json";
import { ORGANIZATION_APP, synthesize } from "../../../rehearsal/synthesize";
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

  private constructor(
    readonly original: string,
    private readonly stackName: string,
  ) {
    this.directories.push(original);
  }

  static create(environment: Record<string, string> = {}): SynthesizedOutputs {
    const outdir = mkdtempSync(join(tmpdir(), "synthesized-"));
    const settings = readSettings(context, environment);
    const app = new App({ outdir, context });
    new ResponseStack(app, "guardduty-response", settings);
    new LabStack(app, "guardduty-lab", settings);
    app.synth();
    return new SynthesizedOutputs(outdir, "guardduty-response");
  }

  /** The output of the app that the story of an organization plays. */
  static async ofOrganization(): Promise<SynthesizedOutputs> {
    const { directory } = await synthesize({}, ORGANIZATION_APP);
    return new SynthesizedOutputs(directory, "organization");
  }

  /** A copy in which the stack that has the response is changed. */
  withChange(change: (stack: StackJson) => void): string {
    const directory = mkdtempSync(join(tmpdir(), "changed-"));
    this.directories.push(directory);
    cpSync(this.original, directory, { recursive: true });
    const file = join(directory, "stacks", this.stackName, "cdk.tf.json");
    const stack = JSON.parse(readFileSync(file, "utf8")) as StackJson;
    change(stack);
    writeFileSync(file, JSON.stringify(stack));
    return directory;
  }

  remove(): void {
    for (const directory of this.directories) rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * The only resource of a type that a provider makes.
 *
 * @param by the provider. @default - the one of the stack's region
 */
export function only(stack: StackJson, type: string, by?: string): Record<string, unknown> {
  const resources = Object.values(stack.resource[type] ?? {}) as Record<string, unknown>[];
  const [resource, ...others] = resources.filter(({ provider }) => provider === by);
  if (!resource || others.length > 0) throw new Error(`expected one resource of type ${type} by ${by ?? "aws"}`);
  return resource;
}

/** Removes a statement from a policy that stands in an attribute as text. */
export function removeStatement(resource: Record<string, unknown>, attribute: string, sid: string): void {
  changeJson(resource, attribute, (policy) => {
    const before = policy.Statement.length;
    policy.Statement = policy.Statement.filter(({ Sid }: { Sid?: string }) => Sid !== sid);
    if (policy.Statement.length !== before - 1) throw new Error(`there is no statement ${sid}`);
  });
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
