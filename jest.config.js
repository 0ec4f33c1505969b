/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  setupFilesAfterEnv: ["<rootDir>/__tests__/support/setup.ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  testTimeout: 30_000,
  // The end-to-end tests mostly wait for Terraform: nothing has to wait for them. In one emulator that they all share,
  // they have to wait for each other: they deploy the same names.
  maxWorkers: process.env.E2E_AWS_ENDPOINT_URL ? 1 : "100%",
};
