import { Agent } from "node:https";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";

import { iamRegionFor } from "../../../src/contract/iam-region";

/** The role and its policy are read at the same time; the write takes the connection that is free first. */
const CONNECTIONS = 2;

/** Longer than this nothing waits for a name to be resolved. */
const MAX_LOOK_UP_MILLISECONDS = 20;

/** Lambda may freeze a new environment until its first event, and what is older than this may be dead by then. */
const MAX_AGE_MILLISECONDS = 5_000;

type Environment = Readonly<Record<string, string | undefined>>;
type CreateConnection = Agent["createConnection"];

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Keeps connections alive, and first hands out those that were opened before anybody asked for one. */
export class EarlyAgent extends Agent {
  private readonly early: TLSSocket[] = [];
  private openedAt = 0;

  constructor(private readonly address: Address | undefined) {
    super({ keepAlive: true, maxSockets: 50 });
  }

  /** Opens connections; resolves as soon as they are on their way, and never rejects. */
  async open(): Promise<void> {
    if (!this.address) return;
    this.openedAt = Date.now();
    const onTheirWay = Array.from({ length: CONNECTIONS }, () => this.openOne(this.address!));
    let timer;
    const limit = new Promise((resolve) => (timer = setTimeout(resolve, MAX_LOOK_UP_MILLISECONDS)));
    await Promise.race([Promise.all(onTheirWay), limit]);
    clearTimeout(timer);
  }

  override createConnection(...given: Parameters<CreateConnection>): ReturnType<CreateConnection> {
    const [{ host, port }] = given;
    const fits = host === this.address?.host && Number(port) === this.address?.port;
    const socket = fits && Date.now() - this.openedAt < MAX_AGE_MILLISECONDS ? this.early.shift() : undefined;
    return socket?.ref() ?? super.createConnection(...given);
  }

  private openOne({ host, port }: Address): Promise<unknown> {
    const servername = isIP(host) ? "" : host;
    const socket = connect({ host, port, servername, ALPNProtocols: ["http/1.1"] });
    this.early.push(socket);
    // What fails early is left out: the request that wants a connection opens one, and says what is wrong.
    socket.unref().once("close", () => {
      const index = this.early.indexOf(socket);
      if (index >= 0) this.early.splice(index, 1);
    });
    return new Promise((resolve) => {
      socket.on("error", resolve).once("lookup", resolve);
      if (isIP(host)) resolve(undefined);
    });
  }
}

/**
 * Where IAM is called from here, as far as that can be said without the SDK.
 *
 * @returns undefined if it is not called over TLS, or at an address that only the SDK knows.
 */
export function iamAddress(environment: Environment): Address | undefined {
  const { AWS_REGION = "", AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT } = environment;
  const given = environment.AWS_ENDPOINT_URL_IAM || environment.AWS_ENDPOINT_URL;
  if (given) {
    if (!URL.canParse(given)) return undefined;
    const { protocol, hostname, port } = new URL(given);
    return protocol === "https:" ? { host: hostname, port: Number(port || 443) } : undefined;
  }
  const host = HOSTS[iamRegionFor(AWS_REGION) ?? ""];
  const isPlain = AWS_USE_FIPS_ENDPOINT !== "true" && AWS_USE_DUALSTACK_ENDPOINT !== "true";
  return host !== undefined && isPlain ? { host, port: 443 } : undefined;
}

/** IAM's hosts, by the region of its events. */
const HOSTS: Readonly<Record<string, string>> = {
  "us-east-1": "iam.amazonaws.com",
  "us-gov-west-1": "iam.us-gov.amazonaws.com",
  "cn-north-1": "iam.cn-north-1.amazonaws.com.cn",
};
