import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from "@aws-sdk/client-iam";

import { accessDenied } from "../../local-aws/api/access-denied";
import { renderError } from "../../local-aws/api/protocol";
import type { FunctionProcess } from "../../local-aws/function/function-process";
import type { Denial } from "../../local-aws/iam/denial";
import type { NamedPolicy, PolicyDocument } from "../../local-aws/iam/policy";
import { decide } from "../../local-aws/iam/simulator";
import { SampleFindings } from "./sample-findings";
import type { WorkshopDeployment } from "./workshop-deployment";

/** A session that came through the gateway. */
interface Session {
  readonly roleName: string;
  readonly arn: string;
  readonly userId: string;
  readonly issuedAt: Date;
}

interface Request {
  readonly service: string;
  readonly action: string;
  readonly accessKeyId: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/**
 * Stands in front of the emulator for what it does not do: it runs the deployed function when Lambda is to invoke it, with a log,
 * makes GuardDuty's samples, and decides the calls of sessions by their roles' inline policies, as of that moment. All other calls go
 * through.
 */
export class AwsGateway {
  /** An action that nobody may call, as `sts:AssumeRole`. */
  refused?: string;
  private readonly sessions = new Map<string, Session>();
  private readonly ended: Promise<unknown>[] = [];
  private readonly guardDuty: SampleFindings;

  private constructor(
    private readonly server: Server,
    private readonly workshop: WorkshopDeployment,
    private readonly lambda: FunctionProcess,
    private readonly logGroupName: string,
  ) {
    this.guardDuty = new SampleFindings(workshop, (event) => void this.ended.push(this.invoke(event)));
    server.on("request", (request, response) => void this.serve(request, response));
  }

  static async start(workshop: WorkshopDeployment, lambda: FunctionProcess, logGroupName: string): Promise<AwsGateway> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new AwsGateway(server, workshop, lambda, logGroupName);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Waits until the function has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.ended);
  }

  async close(): Promise<void> {
    await this.settled();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await read(incoming);
      const denial = await this.denialOf(request);
      if (denial) return deny(request, denial, response);
      if (request.url.endsWith("/invocations")) {
        this.ended.push(this.invoke(JSON.parse(request.body.toString())));
        response.writeHead(202).end();
        return;
      }
      if (/^\/detector\/\w+\/findings/.test(request.url)) {
        const answer = await this.guardDuty.answer(request.url, JSON.parse(request.body.toString()));
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers }).end(answer.body);
        return;
      }
      const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
      const answer = await fetch(`${this.workshop.emulator.url}${request.url}`, {
        method: incoming.method,
        headers,
        ...(request.body.length > 0 && { body: new Uint8Array(request.body) }),
      });
      const text = await answer.text();
      if (request.action === "AssumeRole") this.remember(text);
      response
        .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" })
        .end(text);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }

  private async denialOf({ service, action, accessKeyId }: Request): Promise<Denial | undefined> {
    const session = this.sessions.get(accessKeyId);
    const denial: Denial = {
      principal: session?.arn ?? "arn:aws:iam::123456789012:user/operator",
      action: `${service}:${action}`,
      resource: "*",
      policyType: "identity-based policy",
      explicit: false,
    };
    if (denial.action === this.refused) return denial;
    if (!session) return undefined;
    const { effect } = await decide({
      principal: session.arn,
      action: denial.action,
      resource: "*",
      accountId: session.arn.split(":")[4]!,
      context: { "aws:TokenIssueTime": session.issuedAt.toISOString(), "aws:userid": session.userId },
      identityPolicies: await this.policiesOf(session.roleName),
    });
    return effect === "allowed" ? undefined : { ...denial, explicit: effect === "explicitly denied" };
  }

  private async policiesOf(RoleName: string): Promise<NamedPolicy[]> {
    const iam = new IAMClient(this.workshop.clientConfiguration);
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    return Promise.all(
      PolicyNames.map(async (PolicyName) => {
        const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        return { name: PolicyName, policy: JSON.parse(decodeURIComponent(PolicyDocument)) as PolicyDocument };
      }),
    );
  }

  private remember(answer: string): void {
    const value = (element: string) => new RegExp(`<${element}>([^<]+)</${element}>`).exec(answer)?.[1] ?? "";
    const arn = value("Arn");
    this.sessions.set(value("AccessKeyId"), {
      arn,
      roleName: arn.split("/")[1] ?? "",
      userId: value("AssumedRoleId"),
      issuedAt: new Date(),
    });
  }

  private async invoke(event: unknown): Promise<void> {
    const { stdout } = await this.lambda.invoke(event);
    const logs = new CloudWatchLogsClient(this.workshop.clientConfiguration);
    const stream = { logGroupName: this.logGroupName, logStreamName: randomUUID() };
    await logs.send(new CreateLogStreamCommand(stream));
    const logEvents = stdout
      .split("\n")
      .filter(Boolean)
      .map((message) => ({ timestamp: Date.now(), message }));
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  }
}

async function read(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const [, accessKeyId = "", service = ""] =
    /Credential=([^/]+)\/\d{8}\/[^/]+\/([^/]+)\//.exec(incoming.headers.authorization ?? "") ?? [];
  const target = incoming.headers["x-amz-target"];
  const action =
    target === undefined ? new URLSearchParams(body.toString()).get("Action") : String(target).split(".").at(-1);
  return { service, action: action ?? "", accessKeyId, url: incoming.url ?? "/", headers: incoming.headers, body };
}

function deny({ service, headers }: Request, denial: Denial, response: ServerResponse): void {
  const error = accessDenied(service, denial);
  if (headers["x-amz-target"] !== undefined) {
    const json = JSON.stringify({ __type: "AccessDeniedException", message: error.message });
    response.writeHead(400, { "content-type": "application/x-amz-json-1.0" }).end(json);
  } else {
    response.writeHead(403, { "content-type": "text/xml" }).end(renderError(service, "request", error));
  }
}
