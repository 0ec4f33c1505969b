/**
 * A problem with what was synthesized, or with where it is: something that AWS would refuse or that the local AWS does not
 * support. The user of the local AWS can mend it; one line says how.
 */
export class LocalAwsError extends Error {
  override readonly name: string = "LocalAwsError";
}
