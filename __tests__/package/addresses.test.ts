import { type Addresses, deployedAddresses, synthesizedAddresses } from "../../scripts/addresses";

const HELP = [
  "An address that changes makes Terraform destroy the resource and make it anew, its data with it.",
  "Either keep the construct's id, or, in a new major version:",
  "  1. tell Terraform where the resource was: movedFrom() for the construct, FORMER_PATHS for the module",
  "  2. list the addresses in CHANGELOG.md",
  "  3. npm run addresses",
].join("\n");

/** What users have deployed and would lose, and what is new. */
function changes(before: Addresses, now: Addresses): { gone: string[]; added: string[] } {
  const listed = (addresses: Addresses) =>
    Object.entries(addresses).flatMap(([thing, named]) =>
      Object.entries(named).map(([path, address]) => `${thing}: ${address} (${path})`),
    );
  const [old, current] = [listed(before), listed(now)];
  return { gone: old.filter((line) => !current.includes(line)), added: current.filter((line) => !old.includes(line)) };
}

describe("addresses of what is deployed", () => {
  test("stay as they are: construct ids are contract", () => {
    // WHEN
    const { gone } = changes(deployedAddresses(), synthesizedAddresses());

    // THEN
    if (gone.length > 0) throw new Error(`these addresses are gone:\n  ${gone.join("\n  ")}\n${HELP}`);
  });

  test("are all on record", () => {
    // WHEN
    const { added } = changes(deployedAddresses(), synthesizedAddresses());

    // THEN
    if (added.length > 0) {
      throw new Error(`new addresses, to be recorded with "npm run addresses":\n  ${added.join("\n  ")}`);
    }
  });

  test("notices an id that changes", () => {
    // GIVEN
    const before = { stack: { "stack/queue": "aws_sqs_queue.queue_1" } };
    const now = { stack: { "stack/failures": "aws_sqs_queue.failures_2" } };

    // WHEN
    const { gone, added } = changes(before, now);

    // THEN
    expect(gone).toEqual(["stack: aws_sqs_queue.queue_1 (stack/queue)"]);
    expect(added).toEqual(["stack: aws_sqs_queue.failures_2 (stack/failures)"]);
  });
});
