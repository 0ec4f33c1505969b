import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What a handler has returned or thrown. */
interface Reply {
  readonly result?: { readonly outcome: string };
  readonly error?: string;
}

/** One of Lambda's execution environments, as a process: warm, one event at a time. */
export class EnvironmentProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** @param handlerModule the file that exports `handler`. */
  static async start(handlerModule: string, environment: Record<string, string>): Promise<EnvironmentProcess> {
    const child = fork(join(__dirname, "peers", "handle-events.cjs"), [handlerModule], {
      env: environment,
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(child, "message");
    return new EnvironmentProcess(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async handle(event: object): Promise<Reply> {
    return (await this.ask({ event })) as Reply;
  }

  /** Bytes of the heap that survive a collection. */
  async heapUsed(): Promise<number> {
    return ((await this.ask({ measureMemory: true })) as { heapUsed: number }).heapUsed;
  }

  async stop(): Promise<void> {
    const exit = once(this.child, "exit");
    this.child.kill();
    await exit;
  }

  private async ask(request: object): Promise<unknown> {
    this.child.send(request);
    const [reply] = await once(this.child, "message");
    return reply;
  }
}
