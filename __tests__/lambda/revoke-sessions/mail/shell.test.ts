import { forEach, forNames, NOW, quote } from "../../../../lambda/revoke-sessions/mail/shell";
import { callsOf, SHELLS } from "../../../support/shell";

describe.each(SHELLS)("%s", (shell) => {
  test.each([
    ["web", "web"],
    ["a_b+c=d,e.f@g-1", "a_b+c=d,e.f@g-1"],
    ["=ls", "=ls"],
    ["-x", "-x"],
    ["~", "~"],
    ["$(reboot)", "$(reboot)"],
    ["`reboot`", "`reboot`"],
    ["it's; reboot", "it's; reboot"],
    ['a"b', 'a"b'],
    ["a b", "a b"],
    ["*", "*"],
    ["!!", "!!"],
    ["", ""],
    ["a\nreboot", "a reboot"],
    ["file:///etc/passwd", "(link)"],
    ["x".repeat(129), `${"x".repeat(127)}…`],
  ])("takes %j for one word", (value, word) => {
    expect(callsOf(shell, [`aws ${quote(value)}`])).toEqual([["aws", word]]);
  });

  test("runs a loop for each word", () => {
    const commands = forEach("a", ["1", "'2 3'"], forEach("b", ["$(echo 4 5)"], ['aws "$a" "$b"']));
    expect(callsOf(shell, commands)).toEqual([
      ["aws", "1", "4"],
      ["aws", "1", "5"],
      ["aws", "2 3", "4"],
      ["aws", "2 3", "5"],
    ]);
  });

  test("tells the time at which it runs", () => {
    // GIVEN
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    // WHEN
    const [[, time] = []] = callsOf(shell, [`aws "${NOW}"`]);
    // THEN
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(time!)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(time!)).toBeLessThanOrEqual(Date.now());
  });
});

test("values that need no quotation marks have none", () => {
  expect(quote("a_b+c=d,e.f@g-1")).toBe("a_b+c=d,e.f@g-1");
  expect(quote("=ls")).toBe("'=ls'");
});

test("a loop over nothing is nothing", () => {
  expect(forEach("a", [], ["aws"])).toEqual([]);
});

test.each([
  [[], []],
  [["a b"], ["aws 'a b'"]],
  [
    ["a b", "c"],
    ["for x in 'a b' c; do", '  aws "$x"', "done"],
  ],
])("%j need a loop only if they are several", (names, expected) => {
  expect(forNames("x", names, (name) => [`aws ${name}`])).toEqual(expected);
});
