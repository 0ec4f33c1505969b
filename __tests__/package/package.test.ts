import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";

import { brokenLinks } from "../../scripts/markdown-links";
import { functionPackage } from "../../src/revocation/function-package";
import { emulatorEnvironment, emulatorMissing, startEmulator } from "../support/aws-emulator";
import { describeWith, terraform } from "../support/terraform";
import { CONSUMER } from "./consumer";
import { PackedProject, PROJECT } from "./packed-project";

const { peerDependencies, dependencies } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8"));

describe("the packed package", () => {
  jest.setTimeout(120_000);
  let project: PackedProject;
  beforeAll(() => {
    project = PackedProject.withLinkedPeers();
  });
  afterAll(() => project?.remove());

  test("holds compiled modules, their types, the function's zip, the drill, documents, and nothing else", () => {
    // GIVEN
    const allowed = [
      /^(LICENSE|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|package\.json)$/,
      /^(docs|examples)\//,
      /^dist\/function\/revoke-sessions\.zip$/,
      /^dist\/drill\/(cli\.js|THIRD-PARTY-LICENCES\.txt)$/,
      /^dist\/src\/([a-z]+\/)?[a-z-]+\.(js|d\.ts)$/,
    ];

    // WHEN
    const others = project.files.filter((file) => !allowed.some((pattern) => pattern.test(file)));

    // THEN
    expect(others).toEqual([]);
    expect(project.files).toEqual(
      expect.arrayContaining([
        "package.json",
        "LICENSE",
        "dist/src/index.js",
        "dist/src/index.d.ts",
        "dist/function/revoke-sessions.zip",
        "dist/drill/cli.js",
      ]),
    );
  });

  test("leaves out what only the workshop, the module and the tests need", () => {
    // THEN
    const code = project.files.filter((file) => file.startsWith("dist/"));
    expect(code.filter((file) => /workshop|lab|terraform-module|rehearsal|bench|test/.test(file))).toEqual([]);
  });

  test("holds every document that its README links to", () => {
    // GIVEN
    const readme = project.installed("README.md").toString("utf8");

    // THEN
    expect(brokenLinks({ "README.md": readme }, (file) => project.files.includes(file))).toEqual([]);
  });

  test("needs nothing but Node.js and its peers", () => {
    // GIVEN
    const modules = project.modules();
    const required = modules.flatMap((module) => {
      const names = project
        .installed(module)
        .toString("utf8")
        .matchAll(/require\("([^"]+)"\)/g);
      return [...names].map(([, name]) =>
        name!.startsWith(".") ? path.posix.join(path.posix.dirname(module), `${name}.js`) : name!,
      );
    });

    // WHEN
    const foreign = required.filter((name) => {
      const isPeer = Object.keys(peerDependencies).some((peer) => name === peer || name.startsWith(`${peer}/`));
      return !modules.includes(name) && !isBuiltin(name) && !isPeer;
    });

    // THEN
    expect(required).toContain("cdktf");
    expect(foreign).toEqual([]);
    expect(dependencies ?? {}).toEqual({});
  });

  test("imports the provider's bindings one by one, never all of them", () => {
    // GIVEN
    const barrels = project
      .modules()
      .filter((module) =>
        /require\("@cdktf\/provider-aws(\/lib|\/lib\/index)?"\)/.test(project.installed(module).toString("utf8")),
      );

    // THEN
    expect(barrels).toEqual([]);
  });

  test("carries the zip that the repository builds", () => {
    // WHEN
    const ours = readFileSync(functionPackage().path);

    // THEN
    expect(project.installed("dist/function/revoke-sessions.zip").equals(ours)).toBe(true);
  });

  test("has the drill as its command, without installing a client of AWS", () => {
    // WHEN
    const usage = project.command(["drill", "--help"]);

    // THEN
    expect(usage).toContain("npx --no cdktf-guardduty-credential-response drill");
    expect(existsSync(path.join(project.directory, "node_modules", "@aws-sdk"))).toBe(false);
  });

  test("has the licences of what is bundled into the drill", () => {
    expect(project.installed("dist/drill/THIRD-PARTY-LICENCES.txt").toString("utf8")).toContain(
      "@aws-sdk/client-guardduty",
    );
  });

  describe("in a project of its own, in a folder with a space", () => {
    beforeAll(() => project.synthesize(CONSUMER));

    test("type checks and synthesizes without the bundler", () => {
      // THEN
      expect(existsSync(path.join(project.directory, "node_modules", "esbuild"))).toBe(false);
      expect(existsSync(path.join(project.stack("security"), "cdk.tf.json"))).toBe(true);
    });

    test("deploys the very bytes that it carries", () => {
      // GIVEN
      const { resource } = JSON.parse(readFileSync(path.join(project.stack("security"), "cdk.tf.json"), "utf8"));

      // WHEN
      const [revoker] = Object.values<{ filename: string }>(resource.aws_lambda_function);

      // THEN
      const deployed = readFileSync(path.join(project.stack("security"), revoker!.filename));
      expect(deployed.equals(project.installed("dist/function/revoke-sessions.zip"))).toBe(true);
    });

    test("throws when importing what the package does not export", () => {
      // GIVEN
      const inner = "cdktf-guardduty-credential-response/dist/src/place";

      // THEN
      expect(() => project.run(["-e", `require("${inner}")`])).toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED");
    });

    describeWith(emulatorMissing(), "with Terraform", () => {
      test("validates and plans", async () => {
        // GIVEN
        const emulator = await startEmulator();
        const environment = emulatorEnvironment(emulator);
        const directory = project.stack("security");

        // WHEN
        await terraform(directory, ["init"], environment);
        await terraform(directory, ["validate"], environment);
        const { output } = await terraform(directory, ["plan"], environment);

        // THEN
        expect(output).toMatch(/Plan: \d{2} to add, 0 to change, 0 to destroy/);
        await emulator.stop();
      });

      test("validates in HCL", async () => {
        // GIVEN
        const environment = { SYNTH_HCL_OUTPUT: "true", CDKTF_OUTDIR: "hcl.out" };
        project.run(["main.js"], { environment });
        const directory = path.join(project.directory, "hcl.out", "stacks", "security");

        // THEN
        await terraform(directory, ["init"]);
        await terraform(directory, ["validate"]);
      });
    });
  });
});
