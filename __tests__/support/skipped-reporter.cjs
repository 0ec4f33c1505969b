"use strict";

const WIDTH = 78;

/**
 * Lists at the end of a run what was skipped: each reason once, and below it what it has kept from running. Tests say why they
 * are skipped in their own title or in that of what they belong to: `name (skipped: reason)`.
 */
class SkippedReporter {
  onRunComplete(_contexts, { testResults }) {
    process.stderr.write(skippedBlock(testResults.flatMap((file) => file.testResults)));
  }
}

/** The block about some results; empty if nothing was skipped. */
function skippedBlock(results) {
  const namesByReason = new Map();
  for (const { ancestorTitles, title } of results) {
    const match = [...ancestorTitles, title].map((each) => /^(.*) \(skipped: (.*)\)$/s.exec(each)).find(Boolean);
    if (!match) continue;
    const [, name, reason] = match;
    namesByReason.set(reason, (namesByReason.get(reason) ?? new Set()).add(name));
  }
  const lines = [...namesByReason].flatMap(([reason, names]) => [
    cut(`Skipped: ${reason}`),
    ...[...names].map((name) => cut(`  ${name}`)),
  ]);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

const cut = (line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 3)}...` : line);

module.exports = SkippedReporter;
module.exports.skippedBlock = skippedBlock;
