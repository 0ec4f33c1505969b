import { App, Lazy } from "cdktf";

/**
 * Text for an attribute, quotes and all, that may hold tokens.
 *
 * cdktf does not escape text that holds references when it writes HCL (`cdktf synth --hcl`), so there it has to be escaped
 * before. In JSON, which is what Terraform runs otherwise, the text is as it is given.
 */
export const attributeText = (text: string): string => lazyText(() => text);

/**
 * A JSON document as an attribute: a policy, a pattern, a list in a function's environment.
 *
 * @param document may hold tokens; a function is called when the stack is synthesized.
 */
export const jsonText = (document: object | (() => object)): string =>
  lazyText(() => JSON.stringify(typeof document === "function" ? document() : document));

const lazyText = (text: () => string): string =>
  Lazy.stringValue({
    produce: ({ scope }) => (App.of(scope).hclOutput ? JSON.stringify(text()).slice(1, -1) : text()),
  });
