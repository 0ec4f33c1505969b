import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { type TerraformProvider, TerraformStack } from "cdktf";
import { Construct } from "constructs";

/** Where a provider deploys to: partition, account and region, all known to Terraform only. */
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
    // Something of another kind with that id is named by the error that making a second one throws.
    return found instanceof Place ? found : new Place(stack, id, provider);
  }

  private constructor(scope: Construct, id: string, provider?: TerraformProvider) {
    super(scope, id);
    this.partition = new DataAwsPartition(this, "partition", { provider }).partition;
    this.accountId = new DataAwsCallerIdentity(this, "account", { provider }).accountId;
    // Not "name": the provider's version 6 renamed it, the id is the region's name in both.
    this.region = new DataAwsRegion(this, "region", { provider }).id;
  }

  /** ARNs of the account's roles below a path. */
  roleArns(path = "/"): string {
    return `arn:${this.partition}:iam::${this.accountId}:role${path}*`;
  }
}
