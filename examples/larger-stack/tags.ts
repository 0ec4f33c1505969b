import { type IAspect, TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";

/** Tags everything below a construct that can carry tags; tags that a resource has already win. */
export class Tags implements IAspect {
  constructor(private readonly tags: Readonly<Record<string, string>>) {}

  visit(node: IConstruct): void {
    if (isTaggable(node)) node.tags = { ...this.tags, ...node.tagsInput };
  }
}

interface Taggable {
  tags: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

const isTaggable = (node: IConstruct): node is IConstruct & Taggable =>
  TerraformResource.isTerraformResource(node) && "tagsInput" in node;
