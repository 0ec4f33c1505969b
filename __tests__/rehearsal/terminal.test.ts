import { column, fold, paintFor } from "../../rehearsal/print/terminal";

describe("fold", () => {
  test("breaks at spaces, indents, and keeps to 80 columns", () => {
    const lines = fold(`${"word ".repeat(40)}`.trim(), "    ", "      ");
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines[0]).toMatch(/^ {4}word/);
    expect(lines[1]).toMatch(/^ {6}word/);
    expect(lines.join(" ").replace(/\s+/g, " ").trim()).toBe("word ".repeat(40).trim());
  });

  test("breaks a word that is longer than a line, and loses nothing of it", () => {
    const word = Array.from({ length: 300 }, (_, index) => index % 10).join("");
    const lines = fold(word, "| ");
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.map((line) => line.slice(2)).join("")).toBe(word);
  });

  test("breaks a finding's type behind a mark, not in the middle of its last word", () => {
    const type = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
    const lines = fold(`Finding      ${type}`, "|   ", "|     ");
    expect(lines).toEqual([`|   Finding      ${type.replace("OutsideAWS", "")}`, "|     OutsideAWS"]);
  });

  test("keeps lines and blank lines, without spaces at their ends", () => {
    expect(fold("a\n\n  b", "| ")).toEqual(["| a", "|", "|   b"]);
  });

  test("does not break in the indent of a line that begins with spaces", () => {
    expect(fold(`  ${"x".repeat(100)}`, "").every((line) => line.trim() !== "")).toBe(true);
  });
});

test("column cuts and fills", () => {
  expect(column("abc", 5)).toBe("abc  ");
  expect(column("abcdefgh", 6)).toBe("abc...");
});

test.each<[string, boolean, Record<string, string>, string]>([
  ["a terminal", true, {}, "\u001b[31mx\u001b[39m"],
  ["a terminal with NO_COLOR", true, { NO_COLOR: "1" }, "x"],
  ["a terminal with an empty NO_COLOR", true, { NO_COLOR: "" }, "\u001b[31mx\u001b[39m"],
  ["no terminal", false, {}, "x"],
])("colours for %s", (_, isTTY, environment, expected) => {
  expect(paintFor({ isTTY }, environment).bad("x")).toBe(expected);
});
