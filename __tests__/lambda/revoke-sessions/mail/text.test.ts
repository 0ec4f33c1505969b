import {
  duration,
  hang,
  indented,
  listed,
  printable,
  printableTag,
  wrap,
} from "../../../../lambda/revoke-sessions/mail/text";

describe("text that somebody else wrote", () => {
  test.each<[string, string]>([
    ["a newline", "a\nb"],
    ["a carriage return", "a\r\nb"],
    ["a control character", "a\u0000b"],
    ["an escape sequence", "a\u001bb"],
    ["a line separator", "a\u2028b"],
    ["a text direction", "a\u202eb"],
    ["half a character", "a\ud800b"],
    ["much white space", "  a \t\t b  "],
  ])("that holds %s stays on its line", (_, text) => {
    expect(printable(text)).toBe("a b");
  });

  test.each([
    ["see https://example.com/undo now", "see (link) now"],
    ["javascript://x", "(link)"],
    ["a://b c://d", "(link) (link)"],
    ["either/or", "either/or"],
    ["arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x"],
  ])("loses its links: %s", (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test("is cut at 300 characters, or where it is told", () => {
    expect(printable("t".repeat(300))).toBe("t".repeat(300));
    expect(printable("t".repeat(301))).toBe(`${"t".repeat(299)}…`);
    expect(printable("12345", 4)).toBe("123…");
  });

  test("is cut between characters: half of one could not be sent", () => {
    expect(printable(`${"i".repeat(298)}${"😀".repeat(5)}`)).toBe(`${"i".repeat(298)}😀…`);
  });

  test("takes no time if it is endless", () => {
    // GIVEN
    const start = performance.now();
    // WHEN
    printable("x".repeat(10_000_000));
    // THEN
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("a Name tag", () => {
  test.each([
    ['ok". FALSE ALARM: undo at https://evil.example/ "', "ok. FALSE ALARM: undo at (link)"],
    [':"//evil.example', "(link)"],
    ["it's `x` «y» “z” ‘w’", "its x y z w"],
    ["web-1", "web-1"],
    ["n".repeat(61), `${"n".repeat(59)}…`],
    ["n".repeat(60), "n".repeat(60)],
  ])("cannot pose as our words: %s", (name, expected) => {
    expect(printableTag(name)).toBe(expected);
  });
});

describe("prose", () => {
  test("is broken where the next word has no room", () => {
    expect(wrap(`${"a".repeat(70)} 12345`)).toEqual([`${"a".repeat(70)} 12345`]);
    expect(wrap(`${"a".repeat(70)} 123456`)).toEqual(["a".repeat(70), "123456"]);
    expect(wrap("a b c", 3)).toEqual(["a b", "c"]);
  });

  test("has no empty words, and may be empty", () => {
    expect(wrap(" a  b ")).toEqual(["a b"]);
    expect(wrap("")).toEqual([]);
  });

  test("hangs behind its number, in as many columns", () => {
    expect(hang("1. ", "   ", `${"a".repeat(70)} bc`)).toEqual([`1. ${"a".repeat(70)} bc`]);
    expect(hang("1. ", "   ", `${"a".repeat(70)} bcd`)).toEqual([`1. ${"a".repeat(70)}`, "   bcd"]);
  });
});

test("lines are moved to the right", () => {
  expect(indented(["a", "  b"])).toEqual(["  a", "    b"]);
  expect(indented(["a"], "    ")).toEqual(["    a"]);
});

test.each([
  [["a", "b"], 2, ["a", "b"]],
  [["a", "b", "c", "d"], 2, ["a", "b", "and 2 more"]],
  [[], 2, []],
])("lists %j, at most %d", (lines, max, expected) => {
  expect(listed(lines, max)).toEqual(expected);
});

test.each([
  [-5_000, "0 s"],
  [499, "0 s"],
  [500, "1 s"],
  [59_000, "59 s"],
  [60_000, "1 min"],
  [550_000, "9 min 10 s"],
  [3_600_000, "1 h"],
  [3_659_000, "1 h"],
  [11_100_000, "3 h 5 min"],
  [86_400_000, "1 d"],
  [100_000_000, "1 d 3 h"],
])("%d ms are %s", (milliseconds, expected) => {
  expect(duration(milliseconds)).toBe(expected);
});
