import { existsSync } from "node:fs";

import { strToU8, zipSync } from "fflate";

import type { FunctionDefinition } from "../../../local-aws/function/definition";
import { FunctionProcess } from "../../../local-aws/function/function-process";

const AWS = {
  endpointUrl: "http://127.0.0.1:9",
  credentials: { accessKeyId: "ASIAREHEARSAL", secretAccessKey: "secret", sessionToken: "token" },
};

const running: FunctionProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function start(code: string, further: Partial<FunctionDefinition> = {}): Promise<FunctionProcess> {
  const lambda = await FunctionProcess.start(
    {
      functionName: "revoker",
      functionArn: "arn:aws:lambda:us-west-2:111122223333:function:revoker",
      zip: zipSync({ "index.js": strToU8(code), "lib/helper.js": strToU8("exports.seven = 7;") }),
      handler: "index.handler",
      environment: { COLOUR: "blue" },
      region: "us-west-2",
      timeoutSeconds: 10,
      memorySize: 256,
      ...further,
    },
    AWS,
  );
  running.push(lambda);
  return lambda;
}

test("hands the event and Lambda's context to the handler and returns its result", async () => {
  const lambda = await start(`exports.handler = async (event, context) => ({
    event, name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId,
    remaining: context.getRemainingTimeInMillis(), helper: require("./lib/helper").seven,
  });`);
  const invocation = await lambda.invoke({ detail: { a: [1, null, "é"] } });
  expect(invocation).toMatchObject({
    kind: "returned",
    milliseconds: expect.any(Number),
    result: {
      event: { detail: { a: [1, null, "é"] } },
      name: "revoker",
      arn: "arn:aws:lambda:us-west-2:111122223333:function:revoker",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      helper: 7,
    },
  });
  const { remaining } = (invocation as { result: { remaining: number } }).result;
  expect(remaining).toBeGreaterThan(9_000);
  expect(remaining).toBeLessThanOrEqual(10_000);
  expect(lambda.initMilliseconds).toBeGreaterThan(0);
});

test("shows the function another time if it is asked to, which goes on and counts no time of the function", async () => {
  const lambda = await start(`const made = new Date(0); exports.handler = async (event, context) => {
    const now = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return {
      now, passed: new Date() - now, isDate: made instanceof Date && new Date() instanceof Date,
      given: new Date("2026-03-01T00:00:00Z").toISOString(), remaining: context.getRemainingTimeInMillis(),
    };
  };`);
  const at = new Date("2031-05-06T07:08:09Z");
  const { result } = (await lambda.invoke({}, at)) as unknown as { result: Record<string, unknown> };
  expect(result).toMatchObject({ isDate: true, given: "2026-03-01T00:00:00.000Z" });
  expect(Number(result["now"]) - at.getTime()).toBeLessThan(5_000);
  expect(Number(result["now"])).toBeGreaterThanOrEqual(at.getTime());
  expect(result["passed"]).toBeGreaterThanOrEqual(15);
  expect(result["remaining"]).toBeGreaterThan(5_000);
  expect(result["remaining"]).toBeLessThanOrEqual(10_000);
});

test("gives the function its own variables and Lambda's, and none of the caller's", async () => {
  process.env["OF_THE_CALLER"] = "secret";
  const lambda = await start("exports.handler = async () => process.env;");
  delete process.env["OF_THE_CALLER"];
  const { result } = (await lambda.invoke({})) as unknown as { result: Record<string, string> };
  expect(result).toMatchObject({
    COLOUR: "blue",
    AWS_REGION: "us-west-2",
    AWS_LAMBDA_FUNCTION_NAME: "revoker",
    AWS_ACCESS_KEY_ID: "ASIAREHEARSAL",
    AWS_SESSION_TOKEN: "token",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  });
  expect(
    Object.keys(result).filter(
      (name) => !/^(AWS_|_HANDLER$|LAMBDA_TASK_ROOT$|TZ$|HOME$|COLOUR$|SystemRoot$|__CF_)/.test(name),
    ),
  ).toEqual([]);
});

test("stays warm between invocations and tells their output apart", async () => {
  const lambda = await start(`let calls = 0;
    exports.handler = async (text) => { console.log("out", text); console.error("err", text); return ++calls; };`);
  expect(await lambda.invoke("one")).toMatchObject({ result: 1, stdout: "out one\n", stderr: "err one\n" });
  expect(await lambda.invoke("two")).toMatchObject({ result: 2, stdout: "out two\n", stderr: "err two\n" });
});

test("returns what the handler throws, and goes on", async () => {
  const lambda = await start(`class InvalidEventError extends Error { name = "InvalidEventError"; }
    exports.handler = async (event) => { if (event) throw new InvalidEventError("no finding"); return "fine"; };`);
  expect(await lambda.invoke(1)).toMatchObject({
    kind: "threw",
    error: { name: "InvalidEventError", message: "no finding" },
  });
  expect(await lambda.invoke(0)).toMatchObject({ kind: "returned", result: "fine" });
});

test("ends a handler that takes longer than the function's timeout", async () => {
  const lambda = await start(
    'exports.handler = () => { console.log("begun"); return new Promise(() => setInterval(() => {}, 1000)); };',
    { timeoutSeconds: 0.3 },
  );
  const invocation = await lambda.invoke({});
  expect(invocation).toMatchObject({
    kind: "died",
    stdout: "begun\n",
    error: { name: "Sandbox.Timedout", message: "timed out after 0.3 seconds" },
  });
});

test("says so when the process ends by itself", async () => {
  const lambda = await start("exports.handler = async () => process.exit(3);");
  expect(await lambda.invoke({})).toMatchObject({
    kind: "died",
    error: { message: "the process ended with exit code 3" },
  });
  expect(await lambda.invoke({})).toMatchObject({
    kind: "died",
    error: { message: "the process ended with exit code 3" },
  });
});

test("leaves nothing behind when stopped", async () => {
  const lambda = await start("exports.handler = async () => __dirname;");
  const { result: directory } = (await lambda.invoke({})) as unknown as { result: string };
  expect(existsSync(directory)).toBe(true);
  await lambda.stop();
  expect(existsSync(directory)).toBe(false);
});

describe("throws at the start", () => {
  test.each<[string, string, Partial<FunctionDefinition>, RegExp]>([
    [
      "when the package throws while it loads",
      'throw new TypeError("TOPIC_ARN is missing");',
      {},
      /the function revoker does not start: TypeError: TOPIC_ARN is missing/,
    ],
    ["when the package ends the process", "process.exit(4);", {}, /ended with exit code 4/],
    [
      "when the package has no such export",
      "exports.other = 1;",
      {},
      /exports no function for the handler "index\.handler"/,
    ],
    ["when the package has no such file", "", { handler: "main.handler" }, /Cannot find module/],
  ])("%s", async (_, code, further, message) => {
    await expect(start(code, further)).rejects.toThrow(message);
  });

  test("when the zip reaches out of its directory", async () => {
    await expect(start("", { zip: zipSync({ "../evil.js": strToU8("1") }) })).rejects.toThrow(
      /file outside of itself: \.\.\/evil\.js/,
    );
  });
});
