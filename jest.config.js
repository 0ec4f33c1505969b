const { availableParallelism } = require("node:os");

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  moduleNameMapper: { "/stack-trace$": "<rootDir>/__tests__/support/no-stack-trace.ts" },
  reporters: ["default", "<rootDir>/__tests__/support/skipped-reporter.cjs"],
  testTimeout: 30_000,
  // Many tests mostly wait for a process of their own.
  maxConcurrency: 3,
  // Those on Terraform wait longest. In one emulator that they all share, they have to wait for each other: they deploy the
  // same names.
  maxWorkers: process.env.E2E_AWS_ENDPOINT_URL ? 1 : availableParallelism() + 1,
};
