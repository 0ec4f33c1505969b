import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { COMPILER } from "../../scripts/compiler";

export const PROJECT = path.join(__dirname, "..", "..");
export const PACKAGE = "cdktf-guardduty-credential-response";

/** What a consumer brings along, next to the package itself. */
export type Peer = "cdktf" | "constructs" | "@cdktf/provider-aws";
const PEERS: readonly Peer[] = ["cdktf", "constructs", "@cdktf/provider-aws"];

/** What only this test's compiler needs. */
const TYPES = ["@types/node"];

interface RunOptions {
  readonly node?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

interface PackResult {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** A project that has installed the packed package, in a folder with a space, far from the checkout. */
export class PackedProject {
  /**
   * Installs the package alone: its peers are links to those of the checkout, since they weigh more than half a gigabyte.
   */
  static withLinkedPeers(): PackedProject {
    const project = PackedProject.create();
    npm([...INSTALL, "--offline", "--legacy-peer-deps", project.tarball], project.directory);
    project.link([...PEERS, ...TYPES]);
    return project;
  }

  /**
   * Installs the peers, then the package, as people do: npm refuses if their ranges do not fit.
   *
   * @param versions what to install of each peer, as npm takes it.
   */
  static withInstalledPeers(versions: Readonly<Record<Peer, string>>): PackedProject {
    const project = PackedProject.create();
    const { "@cdktf/provider-aws": bindings, ...library } = versions;
    // In two steps: first what `cdktf init` installs.
    const named = Object.entries(library).map(([name, version]) => `${name}@${version}`);
    npm([...INSTALL, ...named], project.directory);
    npm([...INSTALL, `@cdktf/provider-aws@${bindings}`, project.tarball], project.directory);
    project.link(TYPES);
    return project;
  }

  private static create(): PackedProject {
    const directory = mkdtempSync(path.join(tmpdir(), "scratch project "));
    const packed = JSON.parse(
      npm(["pack", "--silent", "--json", "--pack-destination", directory], PROJECT),
    ) as PackResult[];
    const [result] = packed;
    if (!result) throw new Error("npm pack has packed nothing");
    writeFileSync(
      path.join(directory, "package.json"),
      JSON.stringify({ name: "scratch", version: "1.0.0", private: true }),
    );
    return new PackedProject(
      directory,
      `./${result.filename}`,
      result.files.map((file) => file.path),
    );
  }

  private constructor(
    readonly directory: string,
    private readonly tarball: string,
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

  /**
   * Runs Node.js in the project.
   *
   * @param node path of the Node.js to run; this process's if left out.
   * @param environment variables on top of this process's.
   * @throws Error with everything it printed if it ends badly.
   */
  run(parameters: readonly string[], { node = process.execPath, environment = {} }: RunOptions = {}): void {
    const env = { ...process.env, ...environment };
    execFileSync(node, parameters, { cwd: this.directory, encoding: "utf8", stdio: "pipe", env });
  }

  /** Runs the package's own command, as `npx` does, and returns what it printed. */
  command(parameters: readonly string[]): string {
    const bin = path.join(this.directory, "node_modules", ".bin", PACKAGE);
    return execFileSync(process.execPath, [realpathSync(bin), ...parameters], {
      cwd: this.directory,
      encoding: "utf8",
    });
  }

  /** A synthesized stack's folder. */
  stack(name: string): string {
    return path.join(this.directory, "cdktf.out", "stacks", name);
  }

  /** The content of an installed file of the package. */
  installed(file: string): Buffer {
    return readFileSync(path.join(this.directory, "node_modules", PACKAGE, file));
  }

  /** The version of an installed package. */
  versionOf(name: string): string {
    return (
      JSON.parse(readFileSync(path.join(this.directory, "node_modules", name, "package.json"), "utf8")) as Manifest
    ).version;
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

  private link(names: readonly string[]): void {
    for (const name of names) {
      const link = path.join(this.directory, "node_modules", name);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(PROJECT, "node_modules", name), link, "dir");
    }
  }
}

interface Manifest {
  readonly version: string;
}

const INSTALL = ["install", "--loglevel=error", "--no-audit", "--no-fund"];

function npm(parameters: readonly string[], cwd: string): string {
  const options = { cwd, encoding: "utf8", stdio: "pipe", shell: process.platform === "win32" } as const;
  return execFileSync("npm", parameters, options);
}
