import { TerraformElement, TerraformResource, TerraformStack } from "cdktf";
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
  const moves = construct.node
    .findAll()
    .filter(TerraformResource.isTerraformResource)
    .map((resource): Move => {
      const own = resource.node.scopes.slice(construct.node.scopes.length).map(({ node }) => node.id);
      return { resource, formerId: logicalIdAt(formerParent, [...formerPath, ...own]) };
    });
  new Moves(construct, "moved", moves);
}

interface Move {
  readonly resource: TerraformResource;
  readonly formerId: string;
}

/**
 * The `moved` blocks of resources. CDKTF's own (`moveFromId`) run `terraform version` at each synthesis, and fail if Terraform
 * is not installed: this must synthesize with npm alone, and beside OpenTofu.
 */
class Moves extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly moves: readonly Move[],
  ) {
    super(scope, id, "moved");
  }

  override toTerraform(): object {
    return { moved: this.addresses() };
  }

  override toHclTerraform(): object {
    const reference = (value: string) => ({ value, isBlock: false, type: "simple", storageClassType: "reference" });
    return { moved: this.addresses().map(({ from, to }) => ({ from: reference(from), to: reference(to) })) };
  }

  private addresses(): { from: string; to: string }[] {
    return this.moves.map(({ resource: { terraformResourceType: type, friendlyUniqueId }, formerId }) => ({
      from: `${type}.${formerId}`,
      to: `${type}.${friendlyUniqueId}`,
    }));
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
