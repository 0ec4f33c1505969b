import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { Denial } from "../iam/denial";
import { accessDenied } from "./access-denied";
import type { AwsAccount } from "./account";
import type { Fault } from "./fault";
import { type AwsRequest, AwsError, readRequest, renderResponse, renderError, type ResponseValue } from "./protocol";
import { findAction, unknownAction } from "./services";

/** One call that reached the endpoint; a retry of the SDK is a call of its own. */
export interface AwsCall extends AwsRequest {
  /** Counts the calls from 1. */
  readonly number: number;
  /** The account that the caller's credentials are of. */
  readonly account: AwsAccount;
  /** The resource that the caller must be allowed to act on. */
  readonly resource: string;
  readonly receivedAt: Date;
  /** When it arrived by AWS's clock, which may be set. */
  readonly awsTime: Date;
  /** How long the call took until the response was sent or the connection was broken; undefined until then. */
  milliseconds?: number;
  /** HTTP status of the response; undefined if none was sent. */
  status?: number;
  /** The error with which the endpoint responded. */
  error?: AwsError;
  /** Why the caller may not do this. */
  denial?: Denial;
  /** The fault that was injected. */
  fault?: Fault["kind"];
}

/** What may be hooked into every call, in this order; both may be changed while the endpoint runs. */
export interface EndpointHooks {
  /**
   * What goes wrong with this call; nothing means all goes well. It runs before the call takes effect and may change the
   * account: that is how somebody else acts between two calls of the function.
   */
  fault?: (call: AwsCall) => Fault | undefined | Promise<Fault | undefined>;
  /** Why the caller may not do this; nothing means that it may. */
  authorize?: (call: AwsCall) => Denial | undefined | Promise<Denial | undefined>;
}

/**
 * A small AWS on loopback: the actions of IAM, STS, SNS, EC2, CloudTrail and EventBridge that `services.ts` lists, over accounts in memory. The
 * environment variable `AWS_ENDPOINT_URL` sends an SDK to it, so the function under test needs no change.
 *
 * @example
 * const endpoint = await AwsEndpoint.start(new AwsAccount());
 * endpoint.hooks.fault = (call) => (call.number === 1 ? faults.throttled("iam") : undefined);
 * // … run the function with AWS_ENDPOINT_URL=endpoint.url, look at endpoint.calls and at the account …
 * await endpoint.close();
 */
export class AwsEndpoint {
  /** Every call so far, in the order in which they arrived. */
  readonly calls: AwsCall[] = [];

  /** By how much its clock is ahead of this machine's. The SDK tries again if AWS's clock is not its own. */
  private aheadMilliseconds = 0;

  private constructor(
    readonly account: AwsAccount,
    readonly hooks: EndpointHooks,
    private readonly server: Server,
  ) {
    server.on("request", (request, response) => void this.serve(request, response));
  }

  /** Listens on a free port of loopback. */
  static async start(account: AwsAccount, hooks: EndpointHooks = {}): Promise<AwsEndpoint> {
    const endpoint = new AwsEndpoint(account, hooks, createServer());
    await new Promise<void>((resolve, reject) => {
      endpoint.server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return endpoint;
  }

  /** The value of `AWS_ENDPOINT_URL`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sets AWS's clock, which then goes on as usual. */
  setClock(time: Date): void {
    this.aheadMilliseconds = time.getTime() - Date.now();
  }

  private now(): Date {
    return new Date(Date.now() + this.aheadMilliseconds);
  }

  /** Stops listening and breaks every connection, hanging ones included. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader("date", this.now().toUTCString());
    let call: AwsCall | undefined;
    try {
      call = this.record(await readRequest(request));
      const outcome = await this.perform(call);
      if (outcome === undefined) return breakOff(request, call);
      send(response, requestId, (call.status = 200), renderResponse(call, requestId, outcome.result));
    } catch (error) {
      // Any other error is a bug in this endpoint: respond with a 500 that says so, and record it.
      const awsError =
        error instanceof AwsError
          ? error
          : new AwsError("InternalFailure", `the local endpoint failed: ${String(error)}`, 500);
      if (call) Object.assign(call, { status: awsError.status, error: awsError });
      send(response, requestId, awsError.status, renderError(call?.service ?? "iam", requestId, awsError));
    } finally {
      if (call && call.milliseconds === undefined && call.fault !== "hang") {
        call.milliseconds = Date.now() - call.receivedAt.getTime();
      }
    }
  }

  private record(request: AwsRequest): AwsCall {
    const account = this.accountOf(request);
    const call = {
      ...request,
      account,
      number: this.calls.length + 1,
      resource: findAction(request)?.resource(request.parameters, account, request.json) ?? "*",
      receivedAt: new Date(),
      awsTime: this.now(),
    };
    this.calls.push(call);
    return call;
  }

  /** That of the session's role if STS made the credentials, else the first. */
  private accountOf({ accessKeyId }: AwsRequest): AwsAccount {
    const others = [...this.account.neighbours.values()];
    return others.find(({ sessions }) => sessions.has(accessKeyId)) ?? this.account;
  }

  /** Performs a call and returns its result; undefined if the caller never gets a response. */
  private async perform(call: AwsCall): Promise<{ result: ResponseValue } | undefined> {
    const action = findAction(call);
    if (!action) throw unknownAction(call);

    const fault = await this.hooks.fault?.(call);
    call.fault = fault?.kind;
    if (fault?.kind === "error") throw fault.error;
    if (fault?.kind === "hang" || fault?.kind === "reset") return undefined;

    call.denial = await this.hooks.authorize?.(call);
    if (call.denial) {
      throw accessDenied(call.service, call.denial);
    }

    const result = action.perform(call.parameters, call.account, call);
    if (fault?.kind === "lost-response") return undefined;
    if (fault?.kind === "late") await sleep(fault.milliseconds);
    return { result };
  }
}

function breakOff(request: IncomingMessage, call: AwsCall): void {
  if (call.fault !== "hang") request.socket.destroy();
}

function send(response: ServerResponse, requestId: string, status: number, body: string): void {
  const type = body.startsWith("<") ? "text/xml;charset=UTF-8" : "application/x-amz-json-1.1";
  response.writeHead(status, { "content-type": type, "x-amzn-requestid": requestId }).end(body);
}
