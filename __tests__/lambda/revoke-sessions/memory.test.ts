import { digestOf, latestOf, mergeMemories, readMemory, writeMemory } from "../../../lambda/revoke-sessions/memory";
import { accessKeyId } from "../../support/finding";

const NOON = new Date("2026-03-01T12:00:00Z");
const after = (hours: number): Date => new Date(NOON.getTime() + hours * 3_600_000);

describe("a digest", () => {
  test("is six letters and digits, always the same for one identity", () => {
    expect(digestOf(accessKeyId(1))).toMatch(/^[0-9a-z]{6}$/);
    expect(digestOf(accessKeyId(1))).toBe(digestOf(accessKeyId(1)));
  });

  test("is another one for another identity", () => {
    const digests = Array.from({ length: 5_000 }, (_, index) => digestOf(accessKeyId(index)));
    expect(new Set(digests).size).toBe(5_000);
  });
});

describe("a memory", () => {
  test("is read back as it was written, to the minute", () => {
    // GIVEN
    const memory = new Map([
      ["aaaaaa", NOON],
      ["bbbbbb", after(-12.999)],
      ["000000", after(24 - 0.02)],
    ]);
    // WHEN
    const read = readMemory(writeMemory(memory), NOON);
    // THEN
    expect([...read.keys()]).toEqual([...memory.keys()]);
    for (const [digest, cutoff] of read) {
      expect(memory.get(digest)!.getTime() - cutoff.getTime()).toBeGreaterThanOrEqual(0);
      expect(memory.get(digest)!.getTime() - cutoff.getTime()).toBeLessThan(60_000);
    }
  });

  test("takes three letters and digits for any minute", () => {
    // GIVEN the minutes begin anew every 36 * 36 * 36
    const first = new Date(Math.ceil(NOON.getTime() / 60_000 / 36 ** 3) * 36 ** 3 * 60_000);
    // THEN
    expect(writeMemory(new Map([["aaaaaa", first]]))).toBe("aaaaaa000");
    expect([...readMemory("aaaaaa000", first)]).toEqual([["aaaaaa", first]]);
  });

  test("takes nine letters and digits for each entry", () => {
    expect(
      writeMemory(
        new Map([
          ["aaaaaa", NOON],
          ["bbbbbb", after(1)],
        ]),
      ),
    ).toMatch(/^[0-9a-z]{18}$/);
  });

  test("counts an identity that stands there twice with its later cut-off", () => {
    const [earlier, later] = [after(-2), NOON].map((time) => writeMemory(new Map([["aaaaaa", time]])));
    expect([...readMemory(later! + earlier!, NOON)]).toEqual([["aaaaaa", NOON]]);
    expect([...readMemory(earlier! + later!, NOON)]).toEqual([["aaaaaa", NOON]]);
    const merged = mergeMemories([new Map([["a", after(-2)]]), new Map([["a", NOON]]), new Map([["a", after(-1)]])]);
    expect([...merged]).toEqual([["a", NOON]]);
  });

  test("keeps the latest if there is no room for all", () => {
    const memory = new Map([
      ["old", after(-2)],
      ["new", NOON],
      ["newer", after(1)],
    ]);
    expect([...latestOf(memory, 2).keys()]).toEqual(["newer", "new"]);
    expect([...latestOf(memory, -1)]).toEqual([]);
  });
});
