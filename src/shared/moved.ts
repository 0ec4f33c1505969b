import { TerraformResource, TerraformStack } from "cdktf";
import { Construct, type IConstruct } from "constructs";

/**
 * Tells Terraform where an earlier version made the resources of a construct, so that their addresses change and nothing else.
 * Otherwise Terraform would destroy each and make it anew, both at once and in any order; since AWS knows the two by one name,
 * the destruction could come last, and nothing would be left.
 *
 * @param formerParent the construct below which `formerPath` was.
 * @param formerPath ids from there to what held the resources then.
 */
export function movedFrom(formerParent: Construct, formerPath: readonly string[], construct: Construct): void {
  for (const resource of construct.node.findAll().filter(TerraformResource.isTerraformResource)) {
    const own = resource.node.scopes.slice(construct.node.scopes.length).map(({ node }) => node.id);
    const formerId = logicalIdAt(formerParent, [...formerPath, ...own]);
    resource.moveFromId(`${resource.terraformResourceType}.${formerId}`);
  }
}

/** The id that CDKTF gives a resource at a path, whether or not there is one. */
function logicalIdAt(scope: IConstruct, [id = "", ...below]: readonly string[]): string {
  const existing = scope.node.tryFindChild(id);
  const child = existing ?? new Construct(scope as Construct, id);
  const logicalId = below.length > 0 ? logicalIdAt(child, below) : TerraformStack.of(child).getLogicalId(child.node);
  if (!existing) scope.node.tryRemoveChild(id);
  return logicalId;
}
