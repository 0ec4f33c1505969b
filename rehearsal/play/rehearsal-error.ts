/** Something that stands in the way of a rehearsal and that its user can change: an option, a file or a setting. One line says it. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
}
