import path from "node:path";

import { type AwsEmulator, emulatorEnvironment, emulatorMissing, startEmulator } from "../../support/aws-emulator";
import { describeWith, describeWithTerraform, terraform } from "../../support/terraform";
import { HclRoot, SOURCE } from "./hcl-root";

jest.setTimeout(240_000);

/** Every way in which a root module may use a child module. */
const USES = `
provider "aws" {
  region = "us-west-2"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_sns_topic" "security" {
  name = "security"
}

resource "aws_kms_key" "security" {
  description = "security"
}

module "counted" {
  count           = 1
  source          = "${SOURCE}"
  prefix          = "Counted"
  revocable_roles = { any = true }
  existing_topic  = { arn = aws_sns_topic.security.arn }
}

module "each" {
  for_each           = toset(["One", "Two"])
  source             = "${SOURCE}"
  prefix             = each.key
  function_role_name = each.key
  revocable_roles    = { path = "/application/" }
  alert_emails       = ["security@example.com"]
  topic_key          = { arn = aws_kms_key.security.arn }
}

module "ireland" {
  source          = "${SOURCE}"
  providers       = { aws = aws.ireland }
  revocable_roles = { arns = ["arn:aws:iam::123456789012:role/app"] }
  alert_emails    = ["security@example.com"]
  depends_on      = [aws_sns_topic.security]
}

output "names" {
  value = [module.counted[0].function_name, [for response in module.each : response.function_name], module.ireland.function_name]
}
`;

describeWith(emulatorMissing(), "the Terraform module, as a child module", () => {
  let emulator: AwsEmulator;
  let root: HclRoot;
  beforeAll(async () => {
    emulator = await startEmulator();
    root = await HclRoot.create(USES, emulatorEnvironment(emulator));
  });
  afterAll(async () => {
    root?.remove();
    await emulator?.stop();
  });

  test("validates and plans with count, for_each, depends_on, an aliased provider, and ARNs that are not known yet", async () => {
    // WHEN
    await root.terraform(["validate"]);
    await root.terraform(["plan", "-out", "plan"]);
    const { resource_changes } = JSON.parse((await root.terraform(["show", "-json", "plan"])).output);

    // THEN
    const instances = new Set(
      resource_changes.map(({ module_address }: { module_address?: string }) => module_address),
    );
    expect([...instances].sort()).toEqual([
      "module.counted[0]",
      'module.each["One"]',
      'module.each["Two"]',
      "module.ireland",
      undefined,
    ]);
    const topics = resource_changes.filter(({ address }: { address: string }) =>
      /module.*aws_sns_topic\.topic/.test(address),
    );
    expect(topics.map(({ module_address }: { module_address: string }) => module_address)).not.toContain(
      "module.counted[0]",
    );
    expect(topics).toHaveLength(3);
  });

  test("rejects invalid inputs, and names them", async () => {
    // GIVEN
    const bad = await HclRoot.create(
      `module "response" {
        source           = "${SOURCE}"
        revocable_roles  = { arns = ["app"] }
        alert_emails     = ["security"]
        minimum_severity = 12
        response         = null
      }`,
      emulatorEnvironment(emulator),
    );

    // WHEN
    const { output } = await bad.terraform(["plan"], [1]);

    // THEN
    for (const input of ["revocable_roles", "alert_emails", "minimum_severity"]) {
      expect(output).toMatch(new RegExp(`${input} must (hold|be)`));
    }
    expect(output).toContain("response");
    bad.remove();
  });
});

describeWithTerraform("what comes with the Terraform module", () => {
  let root: HclRoot;
  beforeAll(async () => {
    root = await HclRoot.create("");
  });
  afterAll(() => root?.remove());

  test.each([".", "modules/finding-forwarder", "modules/member-role"])("the tests of %s pass", async (module) => {
    // GIVEN
    const directory = path.join(root.directory, SOURCE, module);
    await terraform(directory, ["init"]);

    // WHEN
    const { output } = await terraform(directory, ["test"]);

    // THEN
    expect(output).toMatch(/Success! [1-9]\d* passed, 0 failed/);
  });

  test("its example is valid", async () => {
    // GIVEN
    const directory = path.join(root.directory, SOURCE, "examples", "complete");

    // WHEN
    await terraform(directory, ["init"]);

    // THEN
    await terraform(directory, ["validate"]);
  });

  test("its HCL is formatted as Terraform formats it", async () => {
    const { output } = await terraform(path.join(root.directory, SOURCE), ["fmt", "-check", "-diff", "-recursive"]);
    expect(output).toBe("");
  });
});
