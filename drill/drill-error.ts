/** What keeps a drill from being run at all, in one line for its user: a wrong option, or credentials that do not work. */
export class DrillError extends Error {
  override readonly name = "DrillError";
}
