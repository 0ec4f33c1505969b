import { createHash } from "node:crypto";

/** What a policy remembers: the digest of each identity, and the cut-off under which it was covered. */
export type Memory = ReadonlyMap<string, Date>;

/** Room for two thousand million digests: that one of 200 is taken for another happens once in ten million findings. */
const DIGEST_LENGTH = 6;

/** Minutes since 1970, without the digits of more than 46,656: 32 days, longer than anything is remembered. */
const MINUTES_LENGTH = 3;
const MINUTES = 36 ** MINUTES_LENGTH;

const ENTRY = new RegExp(`([0-9a-z]{${DIGEST_LENGTH}})([0-9a-z]{${MINUTES_LENGTH}})`, "g");

/** Length of one entry, in characters. */
export const ENTRY_LENGTH = DIGEST_LENGTH + MINUTES_LENGTH;

/** What stands for an identity: an access key, a session, an event. */
export function digestOf(identity: string): string {
  const number = createHash("sha256").update(identity).digest().readUIntBE(0, 6);
  return number.toString(36).padStart(DIGEST_LENGTH, "0").slice(-DIGEST_LENGTH);
}

/** A memory as text of letters and digits, which is all that a statement's id may have. */
export function writeMemory(memory: Memory): string {
  return [...memory]
    .map(([digest, cutoff]) => {
      const minutes = Math.floor(cutoff.getTime() / 60_000) % MINUTES;
      return digest + minutes.toString(36).padStart(MINUTES_LENGTH, "0");
    })
    .join("");
}

/** Reads back what {@link writeMemory} wrote, to the minute; an identity that stands there twice counts with its later cut-off. */
export function readMemory(text: string, now: Date): Memory {
  // A cut-off may lie ahead of a clock that is behind, but not by a day.
  const latest = Math.floor(now.getTime() / 60_000) + 24 * 60;
  const entries = [...text.matchAll(ENTRY)].map(([, digest, minutes]): Memory => {
    const age = (((latest - parseInt(minutes!, 36)) % MINUTES) + MINUTES) % MINUTES;
    return new Map([[digest!, new Date((latest - age) * 60_000)]]);
  });
  return mergeMemories(entries);
}

/** Several memories as one; an identity counts with its latest cut-off. */
export function mergeMemories(memories: readonly Memory[]): Memory {
  const merged = new Map<string, Date>();
  for (const [digest, cutoff] of memories.flatMap((memory) => [...memory])) {
    const known = merged.get(digest);
    if (!known || known < cutoff) merged.set(digest, cutoff);
  }
  return merged;
}

/** The latest entries of a memory, at most so many. */
export function latestOf(memory: Memory, count: number): Memory {
  const latestFirst = [...memory].sort(([, a], [, b]) => b.getTime() - a.getTime());
  return new Map(latestFirst.slice(0, Math.max(0, count)));
}
