import { readFileSync } from "node:fs";
import path from "node:path";

import { otherVersion } from "../../scripts/other-version";
import { PATIENT } from "../support/patience";
import { describeWith } from "../support/terraform";
import { CONSUMER } from "./consumer";
import { PackedProject, type Peer, PROJECT } from "./packed-project";

jest.setTimeout(600_000);

/** The supported versions of Node.js, next to the one that runs the tests. */
const NODE_VERSIONS = ["22.23.3", "24.21.0"];

const { peerDependencies } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8")) as {
  peerDependencies: Record<Peer, string>;
};

/** The lowest version that each peer range accepts: each range begins with it. */
const LOWEST = Object.fromEntries(
  Object.entries(peerDependencies).map(([name, range]) => [name, /\d+\.\d+\.\d+/.exec(range)![0]]),
) as Record<Peer, string>;

/** The versions of peers that `cdktf init` installs, and the newest bindings. */
const NEWEST: Record<Peer, string> = { ...peerDependencies, cdktf: "0.21.0", constructs: "10" };

describeWith(PATIENT ? undefined : "it takes long, REQUIRE_TERRAFORM=1 runs it", "the package with its peers", () => {
  let newest: PackedProject;
  let lowest: PackedProject;
  beforeAll(() => {
    newest = PackedProject.withInstalledPeers(NEWEST);
    lowest = PackedProject.withInstalledPeers(LOWEST);
    for (const project of [newest, lowest]) project.synthesize(CONSUMER);
  });
  afterAll(() => {
    for (const project of [newest, lowest]) project?.remove();
  });

  test("installs into what cdktf init makes today, and with the lowest version of each peer", () => {
    expect(LOWEST).toMatchObject({ constructs: lowest.versionOf("constructs"), cdktf: lowest.versionOf("cdktf") });
    expect(lowest.versionOf("@cdktf/provider-aws")).toBe(LOWEST["@cdktf/provider-aws"]);
    expect(newest.versionOf("constructs")).not.toBe(lowest.versionOf("constructs"));
  });

  test("synthesizes the same with both", () => {
    expect(synthesized(lowest)).toEqual(synthesized(newest));
  });

  test.each(NODE_VERSIONS)("synthesizes the same on Node.js %s", (version) => {
    // GIVEN
    const expected = synthesized(newest);
    const directory = otherVersion(`node-${process.platform}-${process.arch}`, version);

    // WHEN
    newest.run(["main.js"], { node: path.join(directory, "bin", "node") });

    // THEN
    expect(synthesized(newest)).toEqual(expected);
  });
});

/** What a project has synthesized, but for its own folder, in which the state would be kept. */
function synthesized(project: PackedProject): unknown {
  const text = readFileSync(path.join(project.stack("security"), "cdk.tf.json"), "utf8");
  return JSON.parse(text.replaceAll(project.directory, "."));
}
