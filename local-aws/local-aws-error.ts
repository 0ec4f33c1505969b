/** A problem with what was synthesized, or with where it is: the user of the local AWS can mend it. One line says how. */
export class LocalAwsError extends Error {
  override readonly name: string = "LocalAwsError";
}
