import { readFileSync } from "node:fs";
import { join } from "node:path";

import { deployedAddresses, synthesizedAddresses, synthesizedMoves } from "../../scripts/addresses";
import { PROJECT } from "../../scripts/project-files";

/** The addresses that 0.1.0 deployed, recorded when it was the present version. */
const RELEASED = deployedAddresses(join(__dirname, "addresses-0.1.0.json"));
const CHANGELOG = readFileSync(join(PROJECT, "CHANGELOG.md"), "utf8");

/** Types whose destruction loses data, history, or what others have been told. */
const KEEPS = [
  "aws_cloudwatch_log_group",
  "aws_dynamodb_table",
  "aws_guardduty_detector",
  "aws_iam_role",
  "aws_kms_key",
  "aws_lambda_function",
  "aws_sns_topic",
  "aws_sns_topic_subscription",
  "aws_sqs_queue",
];

const released = Object.entries(RELEASED).map(([thing, named]) => [thing, Object.values(named)] as const);
const typeOf = (address: string): string => address.split(".")[0]!;

describe.each(released)("what 0.1.0 deployed as %s", (thing, addresses) => {
  const now = Object.values(synthesizedAddresses()[thing]!);
  const moves = synthesizedMoves()[thing]!;

  test("keeps its address if it holds data or history", () => {
    const holding = addresses.filter((address) => KEEPS.includes(typeOf(address)));
    expect(holding.length).toBeGreaterThan(1);
    expect(holding.filter((address) => !now.includes(address))).toEqual([]);
  });

  test("is found again by Terraform, whatever it is: at its address, or by a moved block", () => {
    const lost = addresses.filter((address) => !now.includes(address) && !moves.some(({ from }) => from === address));
    expect(lost).toEqual([]);
  });

  test("is moved from where it was to where something of its type is, and each only once", () => {
    for (const { from, to } of moves) {
      expect(addresses).toContain(from);
      expect(now).toContain(to);
      expect(typeOf(from)).toBe(typeOf(to));
    }
    for (const end of ["from", "to"] as const) {
      expect(new Set(moves.map((move) => move[end])).size).toBe(moves.length);
    }
  });
});

test("the changelog lists what moves", () => {
  // GIVEN
  const section = CHANGELOG.split("### Moved in Terraform's state\n")[1]!.split("\n### ")[0]!;

  // WHEN
  const rows = [...section.matchAll(/^\| `(\S+)` \| `(\S+)` \|$/gm)].map(([, from, to]) => ({ from, to }));

  // THEN
  const { construct, module } = synthesizedMoves();
  expect(rows).toEqual([...construct!, ...module!].map(({ from, to }) => ({ from, to })));
});
