import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

interface Answer {
  readonly result?: { readonly outcome: string };
  readonly error?: string;
}

/** A process that stands for one of Lambda's execution environments: warm, one event at a time. */
export class EnvironmentProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** @param handlerModule the file that exports `handler`. */
  static async start(handlerModule: string, environment: Record<string, string>): Promise<EnvironmentProcess> {
    const child = fork(join(__dirname, "peers", "answer-events.cjs"), [handlerModule], {
      env: environment,
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(child, "message");
    return new EnvironmentProcess(child);
  }

  async answer(event: object): Promise<Answer> {
    return (await this.ask({ event })) as Answer;
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
    const [answer] = await once(this.child, "message");
    return answer;
  }
}
