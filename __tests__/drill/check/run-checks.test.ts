import { type Check, CHECK_NAMES, type CheckName } from "../../../drill/check/checks";
import { right } from "../../../drill/check/result";
import { runChecks } from "../../../drill/check/run-checks";

const checks = (others: Partial<Record<CheckName, Check>> = {}) =>
  ({
    ...Object.fromEntries(CHECK_NAMES.map((name) => [name, async () => [right("well")]])),
    ...others,
  }) as Record<CheckName, Check>;

const failing = (name: string, message: string): Check => {
  const error = Object.assign(new Error(message), { name });
  return () => Promise.reject(error);
};

test("runs every check, in their order", async () => {
  const results = await runChecks(checks(), []);
  expect(results.map(({ check }) => check)).toEqual(CHECK_NAMES);
});

test("leaves out what is not wanted", async () => {
  const results = await runChecks(checks(), ["trail", "guard"]);
  expect(results.map(({ check }) => check)).not.toEqual(expect.arrayContaining(["trail"]));
  expect(results).toHaveLength(CHECK_NAMES.length - 2);
});

test.each(["AccessDenied", "AccessDeniedException", "AuthorizationErrorException", "UnauthorizedOperation"])(
  "says of one check that it may not look, after %s, and goes on with the others",
  async (name) => {
    // WHEN
    const results = await runChecks(checks({ alarms: failing(name, "not authorized to perform: x:Y") }), []);

    // THEN
    expect(results).toHaveLength(CHECK_NAMES.length);
    expect(results.filter(({ holds }) => !holds)).toEqual([
      {
        check: "alarms",
        holds: false,
        what: `these credentials may not look: ${name}: not authorized to perform: x:Y`,
        mend: expect.stringContaining("--without alarms"),
      },
    ]);
  },
);

test("says of one check that AWS could not be asked", async () => {
  const results = await runChecks(checks({ log: failing("TimeoutError", "no response") }), []);
  expect(results.filter(({ holds }) => !holds)).toMatchObject([
    { check: "log", what: "AWS could not be asked: TimeoutError: no response" },
  ]);
});
