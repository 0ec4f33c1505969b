/**
 * Whether what takes long is run in full, as CI does: storms of a thousand findings, half a minute of timeouts. Elsewhere the
 * same tests run on less or are skipped, so that whoever changes something knows within seconds.
 */
export const PATIENT = process.env["REQUIRE_TERRAFORM"] === "1";

/** A test that only CI has the time for. */
export function patientTest(name: string, behaviour: () => Promise<void>, timeout?: number): void {
  if (PATIENT) test(name, behaviour, timeout);
  else skipForTime(name);
}

/** Skips a test; the end of the run says so. */
export function skipForTime(name: string): void {
  test.skip(`${name} (skipped: it takes long, REQUIRE_TERRAFORM=1 runs it)`, () => {});
}
