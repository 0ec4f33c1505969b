import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

import { IAMClient } from "@aws-sdk/client-iam";

import { EarlyAgent, iamAddress } from "../../../../lambda/revoke-sessions/aws/early-connections";

describe("IAM's address", () => {
  test.each(["us-west-2", "eu-central-1", "us-gov-east-1", "cn-northwest-1"])(
    "is in %s the one that the SDK calls",
    (region) => {
      // GIVEN
      const { endpointProvider } = new IAMClient({ region }).config;
      const { url } = endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
      // WHEN
      const address = iamAddress({ AWS_REGION: region });
      // THEN
      expect(address).toEqual({ host: url.hostname, port: 443 });
    },
  );

  test.each([
    [{ AWS_ENDPOINT_URL: "https://one.example.com:8443" }, { host: "one.example.com", port: 8_443 }],
    [
      { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ENDPOINT_URL_IAM: "https://two.example.com" },
      { host: "two.example.com", port: 443 },
    ],
  ])("is the one that %j names", (environment, expected) => {
    expect(iamAddress({ AWS_REGION: "us-west-2", ...environment })).toEqual(expected);
  });

  test.each([
    { AWS_ENDPOINT_URL: "http://127.0.0.1:8080" },
    { AWS_ENDPOINT_URL_IAM: "nowhere" },
    { AWS_USE_FIPS_ENDPOINT: "true" },
    { AWS_USE_DUALSTACK_ENDPOINT: "true" },
    { AWS_REGION: "us-iso-east-1" },
  ])("is left to the SDK with %j", (environment) => {
    expect(iamAddress({ AWS_REGION: "us-west-2", ...environment })).toBeUndefined();
  });
});

describe("connections that are opened early", () => {
  let server: Server;
  let connections: Socket[];
  let agent: EarlyAgent;
  let port: number;

  beforeEach(async () => {
    connections = [];
    server = createServer((socket) => connections.push(socket.on("error", () => {}))).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    agent = new EarlyAgent({ host: "127.0.0.1", port });
  });

  afterEach(() => {
    jest.restoreAllMocks();
    for (const connection of connections) connection.destroy();
    agent.destroy();
    server.close();
  });

  const connected = async (count: number) => {
    while (connections.length < count) await once(server, "connection");
  };
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  /** How many connections the server has after a request has asked the agent for one, so many if it is given some time. */
  const afterAsking = async (expected: number, host = "127.0.0.1") => {
    const socket = agent.createConnection({ host, port, rejectUnauthorized: false });
    socket!.on("error", () => {});
    for (let waits = 0; waits < 40 && connections.length < expected; waits++) await pause();
    await pause();
    socket!.destroy();
    return connections.length;
  };

  test("are there before anybody asks, and are what the first two that ask get", async () => {
    // GIVEN
    await agent.open();
    await connected(2);
    // THEN
    expect(await afterAsking(2)).toBe(2);
    expect(await afterAsking(2)).toBe(2);
    expect(await afterAsking(3)).toBe(3);
  });

  test("are not for another host", async () => {
    // GIVEN
    await agent.open();
    await connected(2);
    // THEN
    expect(await afterAsking(3, "localhost")).toBe(3);
  });

  test("are not used if they were closed meanwhile", async () => {
    // GIVEN
    await agent.open();
    await connected(2);
    for (const connection of connections) connection.destroy();
    await pause();
    // THEN
    expect(await afterAsking(3)).toBe(3);
  });

  test("are not used once they may be dead", async () => {
    // GIVEN
    await agent.open();
    await connected(2);
    // WHEN
    jest.spyOn(Date, "now").mockReturnValue(Date.now() + 6_000);
    // THEN
    expect(await afterAsking(3)).toBe(3);
  });

  test("hold nothing up if nobody is there", async () => {
    // GIVEN
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const lost = new EarlyAgent({ host: "127.0.0.1", port: (closed.address() as AddressInfo).port });
    closed.close();
    // THEN
    await expect(lost.open()).resolves.toBeUndefined();
    await expect(new EarlyAgent(undefined).open()).resolves.toBeUndefined();
  });
});
