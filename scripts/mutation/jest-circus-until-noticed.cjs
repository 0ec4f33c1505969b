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
 * noticed it, or none of the file's tests reaches it. Jest itself would load every file for every change, and try each test's
 * name against those of all tests that reach it.
 */
module.exports = async (globalConfig, config, environment, runtime, path, ...others) => {
  const change = process.env["__STRYKER_ACTIVE_MUTANT__"];
  const reaching = reachingOf(globalConfig.testNamePattern);
  const names = reaching && namesOf.get(path)?.map(escape);
  const own = names?.filter((name) => reaching.has(name));
  if (change !== undefined && (change === noticed || own?.length === 0)) {
    return { ...createEmptyTestResult(), testFilePath: path, testResults: [LEFT_OUT] };
  }

  const narrowed = own ? { ...globalConfig, testNamePattern: `^(${own.join("|")})$` } : globalConfig;
  const result = await runTests(narrowed, config, environment, runtime, path, ...others);
  // A change can keep a file from being loaded.
  if (result.testResults.length > 0) {
    namesOf.set(
      path,
      result.testResults.map(({ fullName }) => fullName),
    );
  }
  if (result.numFailingTests > 0) noticed = change;
  return result;
};

/** The names of tests that a pattern of Stryker's, `(a)|(b)`, consists of; undefined if all tests are to run. */
const reachingOf = (pattern) => (pattern ? new Set(pattern.slice(1, -1).split(")|(")) : undefined);

/** As Stryker does it. */
const escape = (name) => name.replace(/[.*+\-?^${}()|[\]\\]/g, "\\$&");
