import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { unzipSync } from "fflate";

import { functionPackage } from "../../../src/revocation/function-package";
import { environment } from "../../support/configuration";

/** What was left out of the SDK must not have taken anything along that the function lives on. */
describe("the SDK in the package", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "function-"));
    for (const [name, content] of Object.entries(unzipSync(readFileSync(functionPackage().path)))) {
      writeFileSync(join(folder, name), content);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const REGIONS = [
    ["us-west-2", "aws", "iam.amazonaws.com", "us-east-1"],
    ["eu-central-1", "aws", "iam.amazonaws.com", "us-east-1"],
    ["us-gov-east-1", "aws-us-gov", "iam.us-gov.amazonaws.com", "us-gov-west-1"],
    ["cn-northwest-1", "aws-cn", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"],
  ] as const;

  test.concurrent.each(REGIONS)(
    "calls and signs for IAM as %s wants it",
    async (region, partition, host, signingRegion) => {
      // GIVEN a function in that region, with no endpoint given
      // WHEN it handles a finding
      const [request] = await requestsOf(folder, { region, partition });

      // THEN its first call goes to the partition's IAM, signed for IAM's region there
      expect(request?.host).toBe(host);
      expect(request?.headers.authorization).toContain(`/${signingRegion}/iam/aws4_request`);
    },
  );

  test.concurrent.each([
    ["eu-central-1", "aws", ["cloudtrail.eu-central-1.amazonaws.com", "cloudtrail.us-east-1.amazonaws.com"]],
    [
      "us-gov-east-1",
      "aws-us-gov",
      ["cloudtrail.us-gov-east-1.amazonaws.com", "cloudtrail.us-gov-west-1.amazonaws.com"],
    ],
    [
      "cn-northwest-1",
      "aws-cn",
      ["cloudtrail.cn-northwest-1.amazonaws.com.cn", "cloudtrail.cn-north-1.amazonaws.com.cn"],
    ],
  ] as const)("asks CloudTrail where %s has its events, and those of IAM", async (region, partition, hosts) => {
    // GIVEN a function that looks at activity, and does not act on the finding
    const further = { ACTIVITY: "true", MINIMUM_SEVERITY: "10" };
    // WHEN it handles one
    const requests = await requestsOf(folder, { region, partition, further });

    // THEN it asks both, each signed for its own region
    const asked = requests.filter(({ headers }) => headers["x-amz-target"]?.endsWith(".LookupEvents"));
    expect(new Set(asked.map(({ host }) => host))).toEqual(new Set(hosts));
    for (const { host, headers } of asked) {
      expect(headers.authorization).toContain(`/${host.split(".")[1]}/cloudtrail/aws4_request`);
    }
  });

  test.concurrent("signs with the session token that Lambda gives", async () => {
    // GIVEN credentials of a role's session
    // WHEN the function handles a finding
    const [request] = await requestsOf(folder, { region: "us-west-2", partition: "aws" });

    // THEN its call carries and signs the token
    expect(request?.headers["x-amz-security-token"]).toBe("session-token");
    expect(request?.headers.authorization).toContain("x-amz-security-token");
  });

  test.concurrent("calls the FIPS endpoint if the environment asks for it", async () => {
    // GIVEN a function that must use validated cryptography
    // WHEN it handles a finding
    const [request] = await requestsOf(folder, {
      region: "us-west-2",
      partition: "aws",
      further: { AWS_USE_FIPS_ENDPOINT: "true" },
    });

    // THEN its call goes there
    expect(request?.host).toBe("iam-fips.amazonaws.com");
  });

  test.concurrent.each(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IAM"])(
    "calls the endpoint that %s names",
    async (variable) => {
      // GIVEN an endpoint of our own
      const endpoint = await replying(() => [404, noSuchEntity]);

      // WHEN the function handles a finding
      await requestsOf(folder, { region: "us-west-2", partition: "aws", further: { [variable]: endpoint.url } });
      await endpoint.close();

      // THEN it is asked about the role
      expect(endpoint.bodies.some((body) => body.includes("Action=GetRole&"))).toBe(true);
    },
  );

  test.concurrent("corrects its clock by AWS's and tries again", async () => {
    // GIVEN an AWS whose clock is two hours ahead and which refuses other times
    const ahead = () => new Date(Date.now() + 7_200_000);
    const endpoint = await replying((request) => {
      const signed = String(request.headers["x-amz-date"]).replace(
        /(....)(..)(..)T(..)(..)(..)Z/,
        "$1-$2-$3T$4:$5:$6Z",
      );
      const skewed = Math.abs(Date.parse(signed) - ahead().getTime()) > 300_000;
      return skewed ? [403, requestTimeTooSkewed, ahead()] : [404, noSuchEntity, ahead()];
    });

    // WHEN the function handles a finding
    const further = { AWS_ENDPOINT_URL_IAM: endpoint.url };
    await requestsOf(folder, { region: "us-west-2", partition: "aws", further });
    await endpoint.close();

    // THEN it was refused, and then understood
    expect(endpoint.statuses).toContain(403);
    expect(endpoint.statuses).toContain(404);
  });

  test.concurrent("asks for every page of a role's instance profiles", async () => {
    // GIVEN a role whose profiles come on two pages
    const endpoint = await replying((_, body) => {
      const { Action = "", Marker } = Object.fromEntries(new URLSearchParams(body));
      const more = "<IsTruncated>true</IsTruncated><Marker>page-2</Marker>";
      const replies: Record<string, string> = {
        GetRole:
          "<Role><Path>/</Path><RoleName>robbed</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>arn:aws:iam::111122223333:role/robbed</Arn></Role>",
        PutRolePolicy: "",
        ListInstanceProfilesForRole: `<InstanceProfiles/>${Marker ? "" : more}`,
        Publish: "<MessageId>1</MessageId>",
      };
      const reply = replies[Action];
      if (reply === undefined) return [404, noSuchEntity];
      return [200, `<${Action}Response><${Action}Result>${reply}</${Action}Result></${Action}Response>`];
    });

    // WHEN the function has revoked it
    await requestsOf(folder, { region: "us-west-2", partition: "aws", further: { AWS_ENDPOINT_URL: endpoint.url } });
    await endpoint.close();

    // THEN
    const pages = endpoint.bodies.filter((body) => body.includes("Action=ListInstanceProfilesForRole&"));
    expect(pages.map((body) => new URLSearchParams(body).get("Marker"))).toEqual([null, "page-2"]);
  });

  test.concurrent("throws when a reply lacks what was asked for, and writes nothing", async () => {
    // GIVEN something between the function and IAM that replies to everything with an empty page
    const endpoint = await replying(() => [200, "<html/>"]);

    // WHEN the function handles a finding
    await requestsOf(folder, { region: "us-west-2", partition: "aws", further: { AWS_ENDPOINT_URL: endpoint.url } });
    await endpoint.close();

    // THEN
    expect(endpoint.bodies.length).toBeGreaterThan(0);
    expect(endpoint.bodies.filter((body) => body.includes("Action=PutRolePolicy&"))).toEqual([]);
  });

  test.concurrent("throws when it has no credentials, and looks for them nowhere else", async () => {
    // GIVEN a function that was handed no credentials
    // WHEN it handles a finding
    const requests = await requestsOf(folder, {
      region: "us-west-2",
      partition: "aws",
      further: { AWS_ACCESS_KEY_ID: "" },
    });

    // THEN nothing was asked of anybody
    expect(requests).toEqual([]);
  });
});

interface Deployed {
  readonly region: string;
  readonly partition: string;
  readonly further?: Record<string, string>;
}

interface RecordedRequest {
  readonly host: string;
  readonly headers: Record<string, string>;
}

/** Answers one finding in a process of its own; returns the requests that would have left the machine. */
async function requestsOf(folder: string, { region, partition, further }: Deployed): Promise<RecordedRequest[]> {
  const requests: RecordedRequest[] = [];
  const script = join(__dirname, "invoke.cjs");
  const child = fork(script, [join(folder, "index.js")], {
    execArgv: ["--require", join(__dirname, "record-requests.cjs")],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "ASIAEXAMPLEEXAMPLE00",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "session-token",
      ...environment({ TOPIC_ARN: `arn:${partition}:sns:${region}:111122223333:topic`, VERIFY_AFTER_SECONDS: "0" }),
      ...further,
    },
  });
  child.on("message", (message: RecordedRequest | "done") => {
    if (message !== "done") requests.push(message);
  });
  await once(child, "exit");
  return requests;
}

/** An endpoint that replies as told and remembers the requests. */
async function replying(
  reply: (request: IncomingMessage, body: string) => readonly [status: number, body: string, now?: Date],
) {
  const bodies: string[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const [status, text, now = new Date()] = reply(request, body);
      bodies.push(body);
      statuses.push(status);
      response.sendDate = false;
      response.writeHead(status, { "content-type": "text/xml", date: now.toUTCString() }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    statuses,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const errorAnswer = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`;
const noSuchEntity = errorAnswer("NoSuchEntity");
const requestTimeTooSkewed = errorAnswer("RequestTimeTooSkewed");
