import { paintFor } from "../../rehearsal/print/terminal";
import { renderTable, type TableRow } from "../../rehearsal/replay/replay-table";

const PLAIN = paintFor({}, {});
const NAME = "findings-of-the-twentieth-of-november-in-all-accounts.json #12";
const ROWS: TableRow[] = [
  { file: "a.json", matched: true, outcome: "revoked", reason: "", mailSubject: "Sessions revoked" },
  { file: NAME, matched: true, outcome: "not-revoked", reason: "protected-role", hint: "a setting does" },
  { file: "c.json", matched: false, outcome: "-", reason: "detail.severity, detail.type" },
  { file: "d.json", problem: "is not JSON: x" },
];

test("shows names whole if it is not on a terminal, and what decided below its row", () => {
  const column = (text: string) => text.padEnd(NAME.length);
  expect(renderTable(ROWS, PLAIN, undefined)).toBe(
    [
      `${column("file")} matched  outcome         reason`,
      `${column("a.json")} yes      revoked`,
      "    mail: Sessions revoked",
      `${NAME} yes      not-revoked     protected-role`,
      "    a setting does",
      `${column("c.json")} no       -`,
      "    detail.severity, detail.type",
      `${column("d.json")} -        not usable`,
      "    is not JSON: x",
      "",
      "4 findings: 1 revoked, 1 not-revoked, 1 matched by no rule, 1 not usable",
    ].join("\n"),
  );
});

test("shows names whole on a wide terminal", () => {
  expect(renderTable(ROWS, PLAIN, 120)).toBe(renderTable(ROWS, PLAIN, undefined));
});

test("cuts names on a narrow terminal, and stays within it", () => {
  const table = renderTable(ROWS, PLAIN, 80);
  expect(table).toContain("findings-of-the-twentieth-of-... yes      not-revoked     protected-role");
  expect(table.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
