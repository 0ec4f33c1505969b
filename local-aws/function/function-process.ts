import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import path from "node:path";

import {
  type FunctionCredentials,
  type FunctionDefinition,
  type FunctionError,
  FunctionStartError,
  type Invocation,
} from "./definition";
import { environmentOf, LOG_STREAM, unpack } from "./execution-environment";
import { OutputCapture } from "./output-capture";

/** What the function's process tells: that the package is loaded, how an invocation ended, or that the process is gone. */
type RuntimeMessage =
  | { readonly kind: "ready"; readonly milliseconds: number }
  | { readonly kind: "returned"; readonly result: unknown; readonly milliseconds: number }
  | { readonly kind: "threw"; readonly error: FunctionError; readonly milliseconds: number }
  | { readonly kind: "died"; readonly error: FunctionError };

/**
 * A function's package, running in a Node process of its own, as in one execution environment of Lambda: loaded once,
 * invoked as often as wanted, one event at a time. The process sees the variables that the deployed function would see
 * and none of the caller's.
 *
 * @example
 * const lambda = await FunctionProcess.start(definition, { endpointUrl: endpoint.url, credentials });
 * const invocation = await lambda.invoke(event);
 * await lambda.stop();
 */
export class FunctionProcess {
  private readonly stdout: OutputCapture;
  private readonly stderr: OutputCapture;

  private constructor(
    private readonly definition: FunctionDefinition,
    private readonly child: ChildProcess,
    private readonly directory: string,
    /** How long the package took to load. */
    readonly initMilliseconds: number,
    output: { stdout: OutputCapture; stderr: OutputCapture },
  ) {
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }

  /** Unpacks the zip into a temporary directory and loads its handler; throws a `FunctionStartError` if that fails. */
  static async start(
    definition: FunctionDefinition,
    aws: { readonly endpointUrl: string; readonly credentials: FunctionCredentials },
  ): Promise<FunctionProcess> {
    const directory = unpack(definition.zip);
    const child = fork(path.join(__dirname, "runtime.cjs"), [directory, definition.handler], {
      execArgv: [],
      cwd: directory,
      env: environmentOf(definition, directory, aws.endpointUrl, aws.credentials),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const output = { stdout: new OutputCapture(child.stdout!), stderr: new OutputCapture(child.stderr!) };
    const message = await nextMessage(child);
    if (message.kind !== "ready") {
      rmSync(directory, { recursive: true, force: true });
      throw new FunctionStartError(definition, "error" in message ? message.error : unexpected(message));
    }
    return new FunctionProcess(definition, child, directory, message.milliseconds, output);
  }

  /**
   * Hands one event to the handler and waits for its end; what the handler throws is in the returned invocation.
   *
   * @param at the time that the function's clock shows, from now on; undefined leaves it as it is.
   */
  async invoke(event: unknown, at?: Date): Promise<Invocation> {
    const { functionName, functionArn, memorySize, timeoutSeconds } = this.definition;
    const requestId = randomUUID();
    const context = {
      functionName,
      functionVersion: "$LATEST",
      invokedFunctionArn: functionArn,
      memoryLimitInMB: String(memorySize),
      logGroupName: `/aws/lambda/${functionName}`,
      logStreamName: LOG_STREAM,
      callbackWaitsForEmptyEventLoop: true,
    };
    const started = Date.now();
    const deadline = started + timeoutSeconds * 1_000;
    const timer = setTimeout(() => this.child.kill("SIGKILL"), timeoutSeconds * 1_000);
    const ending = nextMessage(this.child);
    // If the process is gone, sending fails silently; `nextMessage` reports the exit.
    this.child.send({ requestId, event, context, deadline, at: at?.getTime() }, () => {});
    const end = await ending;
    clearTimeout(timer);

    const [stdout, stderr] = await Promise.all([this.stdout.until(requestId), this.stderr.until(requestId)]);
    if (end.kind === "returned" || end.kind === "threw") return { ...end, stdout, stderr };
    const timedOut = Date.now() >= deadline;
    const error = timedOut
      ? { name: "Sandbox.Timedout", message: `timed out after ${timeoutSeconds} seconds` }
      : "error" in end
        ? end.error
        : unexpected(end);
    return { kind: "died", error, milliseconds: Date.now() - started, stdout, stderr };
  }

  /** Ends the process and removes its directory. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await exited;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function unexpected({ kind }: RuntimeMessage): FunctionError {
  return { name: "Runtime.Unexpected", message: `the process said "${kind}" out of turn` };
}

/** The next message of the process; its end counts as one. */
function nextMessage(child: ChildProcess): Promise<RuntimeMessage> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => settle(message as RuntimeMessage);
    const onExit = (code: number | null, signal: string | null) =>
      settle({
        kind: "died",
        error: { name: "Runtime.ExitError", message: `the process ended with ${signal ?? `exit code ${code}`}` },
      });
    const settle = (message: RuntimeMessage) => {
      child.off("message", onMessage).off("exit", onExit);
      resolve(message);
    };
    if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
    else child.on("message", onMessage).on("exit", onExit);
  });
}
