// Preloaded to run the sources on CDK Terrain: every import of "cdktf" gets the package that SUCCESSOR names, as with
// the alias "cdktf": "npm:cdktn@…". Node.js offers no public hook for modules that are required.
const Module = require("node:module");
const { join } = require("node:path");

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...others) {
  const inside = /^cdktf(\/.*)?$/.exec(request);
  return resolve.call(this, inside ? join(process.env.SUCCESSOR, inside[1] ?? "") : request, ...others);
};
