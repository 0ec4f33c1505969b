import { SessionCache } from "../../../lambda/revoke-sessions/session-cache";

const START = Date.parse("2026-03-01T12:00:00Z");

/** A cache whose sessions last a quarter of an hour; `made` tells for which accounts they were made. */
function cache() {
  const clock = { now: START };
  const made: string[] = [];
  const sessions = new SessionCache(() => new Date(clock.now));
  const get = (accountId: string) =>
    sessions.get(accountId, async () => {
      made.push(accountId);
      return { expiresAt: new Date(clock.now + 900_000) };
    });
  return { clock, made, sessions, get };
}

test("an account's session is made once, and kept", async () => {
  const { made, get } = cache();
  expect(await get("1")).toBe(await get("1"));
  expect(made).toEqual(["1"]);
});

test("a session is made anew when no more than five minutes are left of it", async () => {
  const { clock, made, get } = cache();
  await get("1");
  clock.now += 599_999;
  await get("1");
  clock.now += 1;
  await get("1");
  expect(made).toEqual(["1", "1"]);
});

test("at most 50 sessions are kept, those that were made last, however many accounts are robbed at once", async () => {
  // GIVEN
  const { made, get } = cache();
  for (let account = 1; account <= 200; account++) await get(String(account));
  made.length = 0;

  // WHEN
  for (let account = 200; account > 100; account--) await get(String(account));

  // THEN
  expect(made).toEqual(Array.from({ length: 50 }, (_, index) => String(150 - index)));
});

test("nothing is kept of what could not be made", async () => {
  const { made, sessions, get } = cache();
  await expect(sessions.get("1", () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  await get("1");
  expect(made).toEqual(["1"]);
});

test("does not keep any session when told to clear", async () => {
  const { made, sessions, get } = cache();
  await get("1");
  sessions.clear();
  await get("1");
  expect(made).toEqual(["1", "1"]);
});
