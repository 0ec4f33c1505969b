import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { COMPILER } from "../../scripts/compiler";

export const PROJECT = path.join(__dirname, "..", "..");
export const PACKAGE = "cdktf-guardduty-credential-response";

/** What a consumer brings along, next to the package itself. */
const PEERS = ["cdktf", "constructs", "@cdktf/provider-aws"];

/** What only this test's compiler needs. */
const TYPES = ["@types/node"];

interface PackResult {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/**
 * A project that has installed the packed package, in a folder with a space, far from the checkout. npm installs the
 * tarball; the peers are links to those of the checkout, since they weigh more than half a gigabyte.
 */
export class PackedProject {
  /** Packs, builds and installs. */
  static create(): PackedProject {
    const directory = mkdtempSync(path.join(tmpdir(), "scratch project "));
    const packed = JSON.parse(npm(["pack", "--json", "--pack-destination", directory], PROJECT)) as PackResult[];
    const [result] = packed;
    if (!result) throw new Error("npm pack has packed nothing");
    writeFileSync(
      path.join(directory, "package.json"),
      JSON.stringify({ name: "scratch", version: "1.0.0", private: true }),
    );
    npm(["install", "--offline", "--legacy-peer-deps", "--no-audit", "--no-fund", `./${result.filename}`], directory);
    for (const name of [...PEERS, ...TYPES]) {
      const link = path.join(directory, "node_modules", name);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(PROJECT, "node_modules", name), link, "dir");
    }
    return new PackedProject(
      directory,
      result.files.map((file) => file.path),
    );
  }

  private constructor(
    readonly directory: string,
    /** What the tarball holds. */
    readonly files: readonly string[],
  ) {}

  /** Writes `main.ts`, type checks and compiles it, and runs it as `cdktf synth` would. */
  synthesize(main: string): void {
    writeFileSync(path.join(this.directory, "main.ts"), main);
    const compiler = [COMPILER, "main.ts", "--strict", "--module", "nodenext", "--target", "es2022"];
    this.run([...compiler, "--types", "node", "--ignoreConfig", "--skipLibCheck"]);
    this.run(["main.js"]);
  }

  /** Runs Node.js in the project; throws what it says where it ends badly. */
  run(parameters: readonly string[]): void {
    execFileSync(process.execPath, parameters, { cwd: this.directory, encoding: "utf8", stdio: "pipe" });
  }

  /** A synthesized stack's folder. */
  stack(name: string): string {
    return path.join(this.directory, "cdktf.out", "stacks", name);
  }

  /** The text of an installed file of the package. */
  installed(file: string): Buffer {
    return readFileSync(path.join(this.directory, "node_modules", PACKAGE, file));
  }

  /** The installed modules, by their paths in the package. */
  modules(): string[] {
    const directory = path.join(this.directory, "node_modules", PACKAGE, "dist", "src");
    return readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js"))
      .map((file) => `dist/src/${file}`);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function npm(parameters: readonly string[], cwd: string): string {
  const options = { cwd, encoding: "utf8", stdio: "pipe", shell: process.platform === "win32" } as const;
  return execFileSync("npm", ["--silent", ...parameters], options);
}
