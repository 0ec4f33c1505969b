/** The codes with which AWS's services refuse what a caller may not do. */
const DENIED = /AccessDenied|AuthorizationError|UnauthorizedOperation|NotAuthorized|Forbidden/;

/** The codes with which they say that something does not exist. */
const MISSING = /NotFound|NoSuchEntity|NonExistent|DoesNotExist|NotExist/;

/** Whether AWS has refused a call because its caller may not make it. */
export const isDenied = (error: unknown): error is Error => error instanceof Error && DENIED.test(error.name);

/** Whether AWS has said that what was asked for does not exist. */
export const isMissing = (error: unknown): error is Error => error instanceof Error && MISSING.test(error.name);

/** What AWS has answered; undefined if it said that what was asked for does not exist. */
export async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** An error in one line. */
export const oneLine = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}`.replace(/\s+/g, " ") : String(error);
