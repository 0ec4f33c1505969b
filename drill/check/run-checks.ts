import { isDenied, oneLine } from "../aws/errors";
import type { Check, CheckName } from "./checks";
import { type Judgement, type Result, wrong } from "./result";

/** Runs checks side by side. One that may not look, or cannot, says so; the others go on. */
export async function runChecks(
  checks: Readonly<Record<CheckName, Check>>,
  without: readonly CheckName[],
): Promise<Result[]> {
  const wanted = (Object.entries(checks) as [CheckName, Check][]).filter(([name]) => !without.includes(name));
  const judged = await Promise.all(
    wanted.map(async ([name, check]) => (await judgementsOf(check, name)).map((each) => ({ check: name, ...each }))),
  );
  return judged.flat();
}

async function judgementsOf(check: Check, name: CheckName): Promise<readonly Judgement[]> {
  try {
    return await check();
  } catch (error) {
    if (isDenied(error)) {
      return [
        wrong(
          `these credentials may not look: ${oneLine(error)}`,
          `grant it, as the policy in docs/drill.md does; or leave this out with --without ${name}`,
        ),
      ];
    }
    return [
      wrong(`AWS could not be asked: ${oneLine(error)}`, "try again; if it stays, the message says what is wrong"),
    ];
  }
}
