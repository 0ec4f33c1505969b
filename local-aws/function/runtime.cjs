"use strict";

/**
 * What Lambda's runtime does, inside the function's own process: loads the handler once, and calls it for each event that
 * arrives over the channel to the parent. Plain JavaScript, because this process gets nothing but Node and the function.
 */
const path = require("node:path");

const [directory, handlerName] = process.argv.slice(2);
const separator = handlerName.lastIndexOf(".");
const describe = (error) =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { name: typeof error, message: String(error) };

let handler;
const begun = performance.now();
try {
  handler = require(path.join(directory, handlerName.slice(0, separator)))[handlerName.slice(separator + 1)];
  if (typeof handler !== "function")
    throw new Error(`the package exports no function for the handler "${handlerName}"`);
  process.send({ kind: "ready", milliseconds: performance.now() - begun });
} catch (error) {
  process.send({ kind: "threw", error: describe(error) }, () => process.exit(1));
}

// Without its parent nobody would ever end this process.
process.on("disconnect", () => process.exit());

const MachineDate = Date;
const machineNow = Date.now;

/** From now on the function sees this time, which goes on as usual. */
function setClock(time) {
  const ahead = time - machineNow();
  const now = () => machineNow() + ahead;
  globalThis.Date = new Proxy(MachineDate, {
    construct: (target, values, made) => Reflect.construct(target, values.length === 0 ? [now()] : values, made),
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
  });
}

process.on("message", async ({ requestId, event, context, deadline, at }) => {
  if (at !== undefined) setClock(at);
  const getRemainingTimeInMillis = () => Math.max(0, deadline - machineNow());
  const started = performance.now();
  const ending = await Promise.resolve()
    .then(() => handler(event, { ...context, awsRequestId: requestId, getRemainingTimeInMillis }))
    .then(
      (result) => ({ kind: "returned", result }),
      (error) => ({ kind: "threw", error: describe(error) }),
    );
  const milliseconds = performance.now() - started;
  // Output and result travel separately: this line, which Lambda's log has too, marks the end of the invocation's output.
  for (const stream of [process.stdout, process.stderr]) stream.write(`END RequestId: ${requestId}\n`);
  process.send({ ...ending, milliseconds });
});
