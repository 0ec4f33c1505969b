/**
 * Everything that only findings of other accounts need: a file of its own in the package, loaded for the first of them, so that
 * it cannot delay what revokes in the function's own account.
 *
 * It throws nothing that the rest has to know by its class: each file of the package has classes of its own.
 */
export { assumeRole } from "./aws/sts";
