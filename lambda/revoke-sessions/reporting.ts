/**
 * Everything that is only needed once the policy is written, or once it is clear that it will not be: a file of its own in
 * the package, loaded then, so that what reports cannot delay what revokes.
 */
export { findInstances } from "./aws/ec2";
export { publishReport } from "./aws/sns";
