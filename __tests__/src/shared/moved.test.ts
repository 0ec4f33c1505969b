import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { TerraformStack } from "cdktf";
import { Construct } from "constructs";

import { movedFrom } from "../../../src/shared/moved";
import { Template, testStack } from "../../support/template";

/** The address that a stack gives to a queue at a path. */
function addressAt(path: readonly string[]): string {
  const template = Template.from((stack) => new SqsQueue(below(stack, path.slice(0, -1)), path.at(-1)!, {}));
  return template.reference(SqsQueue, "arn").slice(2, -".arn}".length);
}

const below = (stack: TerraformStack, path: readonly string[]): Construct =>
  path.reduce<Construct>((parent, id) => new Construct(parent, id), stack);

test("a resource is moved from the address that it had at the former path", () => {
  // GIVEN
  const stack = testStack();
  const queues = new Construct(stack, "queues");
  new SqsQueue(queues, "failures", {});

  // WHEN
  movedFrom(stack, ["old", "place"], queues);

  // THEN
  expect(Template.of(stack).section("moved")).toEqual([
    { from: addressAt(["old", "place", "failures"]), to: addressAt(["queues", "failures"]) },
  ]);
});

test("nothing is left at the former path, and what is there already stays", () => {
  // GIVEN
  const stack = testStack();
  const old = new Construct(stack, "old");
  const queues = new Construct(stack, "queues");
  new SqsQueue(queues, "failures", {});

  // WHEN
  movedFrom(stack, ["old", "place"], queues);

  // THEN
  expect(stack.node.tryFindChild("old")).toBe(old);
  expect(old.node.children).toEqual([]);
});

test("does not make CDKTF ask for the version of Terraform, which need not be installed", () => {
  const stack = testStack();
  const queues = new Construct(stack, "queues");
  new SqsQueue(queues, "failures", {});
  movedFrom(stack, ["old", "place"], queues);
  expect(stack.hasResourceMove()).toBe(false);
});
