import { otherVersion, typeCheck } from "./other-version";

/** Type checks against the oldest prebuilt bindings that the package allows: those of AWS provider 5.100. */
const BINDINGS = "@cdktf/provider-aws";
const OLDEST = "20.1.0";

typeCheck(BINDINGS, otherVersion(BINDINGS, OLDEST));
console.log(`type checked against ${BINDINGS} ${OLDEST}`);
