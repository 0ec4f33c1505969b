/** Does something while apps synthesize to HCL, as `cdktf synth --hcl` makes them. */
export function inHcl<Result>(action: () => Result): Result {
  process.env["SYNTH_HCL_OUTPUT"] = "true";
  try {
    return action();
  } finally {
    delete process.env["SYNTH_HCL_OUTPUT"];
  }
}
