import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { compare, type Contender, type Figure, median } from "./measure";

const PROJECT = dirname(__dirname);
const TSX = require.resolve("tsx/cli");
const SOURCES = join(PROJECT, "node_modules", ".bench");

export interface SynthFigures {
  readonly time: readonly Figure[];
  /** Peak memory of the process that synthesizes, in MB, by contender. */
  readonly peakMegabytes: Readonly<Record<string, number>>;
}

const ONE_RESOURCE = `
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
const app = new App();
const stack = new TerraformStack(app, "floor");
new AwsProvider(stack, "aws", { region: "us-west-2" });
new SnsTopic(stack, "topic", { name: "floor" });
app.synth();
`;

const ORGANIZATION = `
import ${JSON.stringify(join(PROJECT, "workshop", "without-source-maps"))};
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import {
  CredentialExfiltrationResponse,
  FindingForwarder,
  MemberAccounts,
  RevocableRoles,
  RevocationGuard,
} from ${JSON.stringify(join(PROJECT, "src"))};
const app = new App();
const stack = new TerraformStack(app, "security");
new AwsProvider(stack, "aws", { region: "us-west-2" });
const [virginia, ireland] = ["us-east-1", "eu-west-1"].map(
  (region) => new AwsProvider(stack, region, { alias: region, region }),
);
const revocableRoles = RevocableRoles.withPath("/application/");
const members = MemberAccounts.ofOrganization("o-a1b2c3d4e5");
const alertEmails = ["security@example.com"];
const response = new CredentialExfiltrationResponse(stack, "response", {
  revocableRoles,
  members,
  alertEmails,
  furtherRegions: true,
});
for (const provider of [virginia, ireland]) {
  new FindingForwarder(stack, "from-" + provider.alias, { to: response, provider, alertEmails });
}
new RevocationGuard(stack, "guard", { functionRoleArns: [response.revoker.role.arn], provider: virginia, alertEmails });
app.synth();
`;

/**
 * How long `tsx main.ts` takes, against an app of one resource, the same app with the provider's barrel import, and a response for an
 * organization with two further regions and a guard.
 */
export async function synthesis(rounds: number): Promise<SynthFigures> {
  const floor = source("floor.ts", ONE_RESOURCE);
  const organization = source("organization.ts", ORGANIZATION);
  const barrel = source(
    "barrel.ts",
    `import "@cdktf/provider-aws";\nimport ${JSON.stringify(join(PROJECT, "main"))};\n`,
  );
  const peaks: Record<string, number[]> = {};
  const contender = (name: string, file: string): Contender => ({
    name,
    async run() {
      const started = performance.now();
      (peaks[name] ??= []).push(await synthesize(file));
      return performance.now() - started;
    },
  });
  try {
    const time = await compare(
      [
        contender("an app of one resource", floor),
        contender("ours", join(PROJECT, "main.ts")),
        contender("ours, for an organization", organization),
        contender("ours, with the provider's barrel import", barrel),
      ],
      rounds,
    );
    const peakMegabytes = Object.entries(peaks).map(([name, values]) => [name, Math.round(median(values))] as const);
    return { time, peakMegabytes: Object.fromEntries(peakMegabytes) };
  } finally {
    rmSync(SOURCES, { recursive: true });
  }
}

/** Runs an app; resolves with the peak memory, in MB, of the largest process that took. */
async function synthesize(file: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-out-"));
  const peaks = join(folder, "peaks");
  const report = `process.on("exit", () => require("fs").appendFileSync(process.env.PEAKS, process.resourceUsage().maxRSS + "\\n"))`;
  const child = spawn(process.execPath, [TSX, "--require", source("report-memory.cjs", report), file], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, CDKTF_OUTDIR: folder, PEAKS: peaks },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`synthesizing ${file} ended with ${code}`);
  return Math.max(...readFileSync(peaks, "utf8").trim().split("\n").map(Number)) / 1024;
}

/** A file whose imports are resolved from the project. */
function source(name: string, text: string): string {
  mkdirSync(SOURCES, { recursive: true });
  writeFileSync(join(SOURCES, name), text);
  return join(SOURCES, name);
}

if (require.main === module) {
  synthesis(Number(process.argv[2] ?? 5)).then((figures) => console.dir(figures, { depth: 4 }), console.error);
}
