/** What a pattern covers in which `*` stands for any text, as in policies of IAM. */
export function wildcard(pattern: string): RegExp {
  const literals = pattern.split("*").map((text) => text.replace(/\W/g, "\\$&"));
  return new RegExp(`^${literals.join(".*")}$`);
}
