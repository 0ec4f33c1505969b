// Loaded before the package: writes down where each request would go, signed how, and lets none leave.
const https = require("node:https");
const { EventEmitter } = require("node:events");

https.request = (options) => {
  const { host, hostname, headers } = options;
  process.send({ host: hostname ?? host, headers });
  const request = new EventEmitter();
  const fail = () => request.emit("error", Object.assign(new Error("nothing leaves"), { code: "EPERM" }));
  return Object.assign(request, {
    end: () => setImmediate(fail),
    write: () => true,
    destroy: () => request,
    setTimeout: () => request,
    setNoDelay: () => request,
    setSocketKeepAlive: () => request,
  });
};
