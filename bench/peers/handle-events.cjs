// A warm execution environment: handles one event after another, as the parent sends them.
const [, , handlerModule] = process.argv;
const { handler } = require(handlerModule);

process.on("message", async ({ event, measureMemory }) => {
  if (measureMemory) {
    global.gc();
    process.send({ heapUsed: process.memoryUsage().heapUsed });
    return;
  }
  try {
    process.send({ result: await handler(event, {}) });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
// What the package loads at once, when it is waiting anyway, must be over before anything is timed.
setImmediate(() => process.send({ ready: true }));
