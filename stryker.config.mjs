/**
 * Changes the function's code in every way that should matter, and sees whether its unit tests notice. What only calls AWS
 * is left to the tests of the real package.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  mutate: [
    "lambda/revoke-sessions/{*,mail/*}.ts",
    "!lambda/revoke-sessions/{access,index,handling,reporting,member-session}.ts",
  ],
  testRunner: "jest",
  jest: {
    // It misses tests of what is imported by way of a folder's own file; the runner leaves out what reaches nothing.
    enableFindRelatedTests: false,
    config: {
      testEnvironment: "node",
      testRunner: "<rootDir>/scripts/mutation/jest-circus-until-noticed.cjs",
      testSequencer: "<rootDir>/scripts/mutation/smallest-first.cjs",
      testTimeout: 1_000,
      roots: ["<rootDir>/__tests__/lambda/revoke-sessions"],
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["\\.property\\.test\\.ts$", "public-samples", "denied-sessions", "/aws/"],
      transform: {
        "^.+\\.ts$": [
          "@swc/jest",
          { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
        ],
      },
    },
  },
  coverageAnalysis: "perTest",
  // Each change of what is made once, when a module is loaded, would run all tests.
  ignoreStatic: true,
  concurrency: 2,
  ignorePatterns: ["cdktf.out", "dist", "bench", "examples", "local-aws", "rehearsal", "drill", "*.tfstate*"],
  reporters: ["clear-text", "progress-append-only", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 98, low: 95, break: 95 },
};
