/**
 * Changes the function's code in every way that should matter, and sees whether its unit tests notice. What only calls AWS
 * is left to the tests of the real package.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  mutate: ["lambda/revoke-sessions/*.ts", "!lambda/revoke-sessions/{index,handling,reporting}.ts"],
  testRunner: "jest",
  jest: {
    config: {
      testEnvironment: "node",
      roots: ["<rootDir>/__tests__/lambda/revoke-sessions"],
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["\\.property\\.test\\.ts$", "public-samples"],
      transform: {
        "^.+\\.ts$": [
          "@swc/jest",
          { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
        ],
      },
    },
  },
  coverageAnalysis: "perTest",
  concurrency: 2,
  ignorePatterns: ["cdktf.out", "dist", "docs", "bench", "examples", "local-aws", "rehearsal", "drill", "*.tfstate*"],
  reporters: ["clear-text", "progress-append-only", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
