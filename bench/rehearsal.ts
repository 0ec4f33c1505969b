import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { compare, type Contender, type Figure } from "./measure";

const PROJECT = dirname(__dirname);

/** How long `npm run rehearse` takes, against one synthesis of what it plays, both as npm starts them. */
export const rehearsal = (rounds: number): Promise<Figure[]> =>
  compare([command("one synthesis", "main.ts"), command("npm run rehearse", join("rehearsal", "cli.ts"))], rounds);

/** A program of the project, run in a process of its own. */
const command = (name: string, program: string): Contender => ({
  name,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "bench-out-"));
    const started = performance.now();
    const child = spawn(process.execPath, [require.resolve("tsx/cli"), program], {
      cwd: PROJECT,
      env: { PATH: process.env.PATH, CDKTF_OUTDIR: folder },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [code] = await once(child, "close");
    const milliseconds = performance.now() - started;
    rmSync(folder, { recursive: true });
    if (code !== 0) throw new Error(`${program} ended with ${code}`);
    return milliseconds;
  },
});

if (require.main === module) {
  rehearsal(Number(process.argv[2] ?? 5)).then(console.dir, console.error);
}
