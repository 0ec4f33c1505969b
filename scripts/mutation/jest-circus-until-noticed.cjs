const { createEmptyTestResult } = require("@jest/test-result");
const runTests = require("jest-circus/runner").default;

/** A file's result must have a test. */
const LEFT_OUT = { ancestorTitles: [], title: "", fullName: "", status: "pending", failureMessages: [] };

/** The names of each file's tests, once they are known. */
const namesOf = new Map();

/** The change that a test has noticed last. */
let noticed;

/**
 * Runs a file's tests, for Jest under Stryker, unless that can tell nothing more about the change that is active: a test has
 * noticed it, or none of the file's tests reaches it. Jest itself would load every file for every change.
 */
module.exports = async (globalConfig, config, environment, runtime, path, ...others) => {
  const change = process.env["__STRYKER_ACTIVE_MUTANT__"];
  const reaches = new RegExp(globalConfig.testNamePattern ?? "", "i");
  const isIdle = change === noticed || namesOf.get(path)?.every((name) => !reaches.test(name));
  if (change !== undefined && isIdle) {
    return { ...createEmptyTestResult(), testFilePath: path, testResults: [LEFT_OUT] };
  }

  const result = await runTests(globalConfig, config, environment, runtime, path, ...others);
  const names = result.testResults.map(({ fullName }) => fullName);
  // A change can keep a file from being loaded.
  if (names.length > 0) namesOf.set(path, names);
  if (result.numFailingTests > 0) noticed = change;
  return result;
};
