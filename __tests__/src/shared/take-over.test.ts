import { AwsProvider, type AwsProviderConfig } from "@cdktf/provider-aws/lib/provider";
import { type App, TerraformStack, Testing } from "cdktf";

import { CredentialExfiltrationResponse, type CredentialExfiltrationResponseProps, RevocableRoles } from "../../../src";
import { problemsOf, Template } from "../../support/template";

const makeResponse = (
  stack: TerraformStack,
  props: Partial<CredentialExfiltrationResponseProps> = {},
  id = "response",
) => new CredentialExfiltrationResponse(stack, id, { revocableRoles: RevocableRoles.anyOfAccount(), ...props });

describe("a second response of the same names, which AWS would let take over the first", () => {
  const REFUSED = [
    expect.stringMatching(/^[a-z/]+: invalid props:$/),
    expect.stringMatching(
      /^ {2}- prefix: must differ from that of one\/response, .*; received "GuardDuty-Response" twice; give one of them another name/,
    ),
  ];

  function stackIn(app: App, id: string, provider: AwsProviderConfig = { region: "us-west-2" }): TerraformStack {
    const stack = new TerraformStack(app, id);
    new AwsProvider(stack, "aws", provider);
    return stack;
  }

  test("throws when it is in the same stack", () => {
    // GIVEN
    const stack = stackIn(Testing.app(), "one");
    makeResponse(stack);

    // THEN
    expect(problemsOf(() => makeResponse(stack, {}, "again"))).toEqual(REFUSED);
  });

  test("throws when it is in another stack of the app, under other tags", () => {
    // GIVEN
    const app = Testing.app();
    makeResponse(stackIn(app, "one"));
    const another = stackIn(app, "another", { region: "us-west-2", defaultTags: [{ tags: { team: "web" } }] });

    // THEN
    expect(problemsOf(() => makeResponse(another))).toEqual(REFUSED);
  });

  test("throws when it is under an alias of a provider of the same place", () => {
    // GIVEN
    const stack = stackIn(Testing.app(), "one");
    makeResponse(stack);
    const provider = new AwsProvider(stack, "alias", { alias: "alias", region: "us-west-2" });

    // THEN
    expect(problemsOf(() => makeResponse(stack, { provider }, "again"))).toEqual(REFUSED);
  });

  test("throws when only the name of the rule is the same", () => {
    // GIVEN
    const stack = stackIn(Testing.app(), "one");
    makeResponse(stack, { ruleName: "findings" });

    // THEN
    expect(problemsOf(() => makeResponse(stack, { prefix: "Another", ruleName: "findings" }, "again"))).toEqual([
      "one/again: invalid props:",
      expect.stringMatching(/^ {2}- ruleName: must differ from that of one\/response, .*; received "findings" twice/),
    ]);
  });

  test.each<[string, AwsProviderConfig]>([
    ["another region", { region: "eu-west-1" }],
    ["another account", { region: "us-west-2", allowedAccountIds: ["222222222222"] }],
    ["another profile", { region: "us-west-2", profile: "production" }],
  ])("is made in a stack of %s", (_, provider) => {
    // GIVEN
    const app = Testing.app();
    makeResponse(stackIn(app, "one"));

    // THEN
    expect(() => makeResponse(stackIn(app, "another", provider))).not.toThrow();
  });
});

test("every resource waits for the function's role, which AWS refuses to make twice", () => {
  // GIVEN
  const { blocks } = Template.from((stack) => makeResponse(stack, { alertSeverity: 4, dashboard: true }));
  const ours = Object.entries(blocks)
    .filter(([address]) => address.startsWith("resource."))
    .map(([address, block]) => [address.replace("resource.", ""), JSON.stringify(block)] as const);
  const role = ours.find(([address]) => address.startsWith("aws_iam_role."))![0];

  // WHEN
  const waiting = new Set([role]);
  const waits = (text: string): boolean => [...waiting].some((address) => text.includes(address));
  for (let before = 0; before < waiting.size;) {
    before = waiting.size;
    for (const [address, text] of ours) if (waits(text)) waiting.add(address);
  }

  // THEN
  expect(ours.map(([address]) => address).filter((address) => !waiting.has(address))).toEqual([]);
});
