// The floor: bare Node, the same three calls, signed by hand, and nothing else of what the function does.
const { createHash, createHmac } = require("node:crypto");

const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, EVENT } = process.env;
const { protocol, hostname, port } = new URL(AWS_ENDPOINT_URL);
const http = require(protocol === "https:" ? "node:https" : "node:http");
const agent = new http.Agent({ keepAlive: true });
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

function call(parameters) {
  const body = new URLSearchParams({ ...parameters, Version: "2010-05-08" }).toString();
  const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/us-east-1/iam/aws4_request`;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    host: `${hostname}:${port}`,
    "x-amz-date": time,
    "x-amz-security-token": AWS_SESSION_TOKEN,
  };
  const names = Object.keys(headers).join(";");
  const canonical = ["POST", "/", "", ...Object.entries(headers).map(([k, v]) => `${k}:${v}`), "", names, sha256(body)];
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical.join("\n"))].join("\n");
  const key = scope.split("/").reduce((previous, part) => hmac(previous, part), `AWS4${AWS_SECRET_ACCESS_KEY}`);
  const signature = hmac(key, toSign).toString("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method: "POST", agent, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).on("end", () => resolve(text));
    });
    request.on("error", reject).end(body);
  });
}

async function handler(event) {
  const RoleName = event.detail.resource.accessKeyDetails.userName;
  const PolicyName = "RevokeOldSessions";
  await Promise.all([call({ Action: "GetRole", RoleName }), call({ Action: "GetRolePolicy", RoleName, PolicyName })]);
  const DateLessThan = { "aws:TokenIssueTime": new Date().toISOString() };
  const statement = { Effect: "Deny", Action: "*", Resource: "*", Condition: { DateLessThan } };
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await call({ Action: "PutRolePolicy", RoleName, PolicyName, PolicyDocument });
}

exports.handler = handler;

if (require.main === module) handler(JSON.parse(EVENT)).then(() => process.exit(0));
