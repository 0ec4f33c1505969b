import { ref, TerraformResource, type TerraformStack, Token } from "cdktf";
import type { IConstruct } from "constructs";

interface Taggable {
  tags: Record<string, string>;
}

const isTaggable = (node: IConstruct): node is IConstruct & Taggable =>
  TerraformResource.isTerraformResource(node) && "tagsInput" in node;

/** Gives everything that can carry tags those of the input. */
export function tagged(stack: TerraformStack): void {
  for (const node of stack.node.findAll()) if (isTaggable(node)) node.tags = Token.asStringMap(ref("var.tags"));
}
