import { EventPattern } from "../../../local-aws/eventbridge/event-pattern";
import { anyFindingFrom } from "../../../src/detection/finding-pattern";

const EXFILTRATION = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
const TOR = "Recon:IAMUser/TorIPCaller";
const MINING = "CryptoCurrency:EC2/BitcoinTool.B";

function matches(pattern: object, type: string, severity: number): boolean {
  return EventPattern.parse(JSON.stringify({ detail: pattern })).match({ detail: { type, severity } }).matched;
}

test.each([
  [TOR, 4, true],
  [TOR, 8.9, true],
  [TOR, 3.9, false],
  [EXFILTRATION, 8, false],
  ["UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS", 8, false],
])("from severity 4 up, %s of severity %p: %p", (type, severity, expected) => {
  expect(matches(anyFindingFrom(4), type, severity)).toBe(expected);
});

test("a type whose severity is raised matches, whatever GuardDuty's severity", () => {
  // GIVEN
  const pattern = anyFindingFrom(4, { [TOR]: 5 });

  // THEN
  expect(matches(pattern, TOR, 1)).toBe(true);
  expect(matches(pattern, MINING, 1)).toBe(false);
  expect(matches(pattern, MINING, 4)).toBe(true);
});

test("a type whose severity is lowered does not match, whatever GuardDuty's severity", () => {
  // GIVEN
  const pattern = anyFindingFrom(4, { [TOR]: 3.9 });

  // THEN
  expect(matches(pattern, TOR, 9)).toBe(false);
  expect(matches(pattern, MINING, 9)).toBe(true);
});

test("what is handled besides never matches, not even with a raised severity", () => {
  // GIVEN
  const pattern = anyFindingFrom(4, { [TOR]: 9, [`${TOR}.Custom`]: 9 }, [TOR]);

  // THEN
  for (const type of [TOR, `${TOR}.Custom`]) expect(matches(pattern, type, 9)).toBe(false);
  expect(matches(pattern, MINING, 4)).toBe(true);
});

test("stolen role credentials never match, not even with a raised severity: their own rule mails them", () => {
  // GIVEN
  const pattern = anyFindingFrom(4, { [EXFILTRATION]: 10, [TOR]: 5 });

  // THEN
  expect(matches(pattern, EXFILTRATION, 10)).toBe(false);
  expect(matches(pattern, TOR, 1)).toBe(true);
});
