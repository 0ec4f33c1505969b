const { statSync } = require("node:fs");

const { default: TestSequencer } = require("@jest/test-sequencer");

/** Runs small test files first, for Jest under Stryker: most changes are noticed by one of them. */
module.exports = class SmallestFirst extends TestSequencer {
  sort(tests) {
    return [...tests].sort((a, b) => statSync(a.path).size - statSync(b.path).size);
  }
};
