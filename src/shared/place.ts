import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { TerraformProvider, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";

/** Where a provider deploys to: partition, account and region, all of which only Terraform knows. */
export class Place extends Construct {
  /** `aws`, `aws-us-gov` or `aws-cn`. */
  readonly partition: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** Such as `us-west-2`. */
  readonly region: string;

  /** The place of a provider; made once for each stack and provider, however many constructs ask. */
  static of(scope: Construct, provider?: TerraformProvider): Place {
    const stack = TerraformStack.of(scope);
    const id = provider?.alias ? `place-${provider.alias}` : "place";
    const found = stack.node.tryFindChild(id);
    // If another construct has this id, creating a Place throws and names it.
    return found instanceof Place ? found : new Place(stack, id, provider);
  }

  private constructor(scope: Construct, id: string, provider?: TerraformProvider) {
    super(scope, id);
    this.partition = new DataAwsPartition(this, "partition", { provider }).partition;
    this.accountId = new DataAwsCallerIdentity(this, "account", { provider }).accountId;
    // Not "name": the provider's version 6 renamed it, the id is the region's name in both.
    this.region = new DataAwsRegion(this, "region", { provider }).id;
  }

  /** ARN of a role of the account, or of those that a pattern of names covers. */
  roleArn(name: string): string {
    return `arn:${this.partition}:iam::${this.accountId}:role/${name}`;
  }

  /** ARN of the account's default event bus. */
  get defaultBusArn(): string {
    return `arn:${this.partition}:events:${this.region}:${this.accountId}:event-bus/default`;
  }

  /** ARNs of the account's roles below a path. */
  roleArns(path = "/"): string {
    return `arn:${this.partition}:iam::${this.accountId}:role${path}*`;
  }
}

/** The region that a provider is configured with; undefined if only Terraform or its environment knows it. */
export function configuredRegion(scope: Construct, provider?: TerraformProvider): string | undefined {
  const { region } = (provider ?? defaultProvider(scope) ?? {}) as { readonly region?: string };
  return Token.isUnresolved(region) ? undefined : region;
}

/**
 * Identifies where a provider deploys to, as far as its configuration says: the same text means the same account and region,
 * unless the environment that each is deployed from says otherwise.
 */
export function destination(scope: Construct, provider?: TerraformProvider): string {
  const configured = (provider ?? defaultProvider(scope))?.toTerraform() as ProviderBlock | undefined;
  if (configured === undefined) return TerraformStack.of(scope).node.path;
  const [{ alias: _alias, default_tags: _defaultTags, ignore_tags: _ignoreTags, ...decisive }] =
    configured.provider.aws;
  return JSON.stringify(decisive);
}

interface ProviderBlock {
  readonly provider: { readonly aws: readonly [Readonly<Record<string, unknown>>] };
}

const defaultProvider = (scope: Construct): TerraformProvider | undefined =>
  TerraformStack.of(scope)
    .node.findAll()
    .filter((node) => TerraformProvider.isTerraformProvider(node))
    .find(({ terraformResourceType, alias }) => terraformResourceType === "aws" && alias === undefined);
