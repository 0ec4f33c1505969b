import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

import type { WorkshopSettings } from "./settings";
import { keepState } from "./state";

/** The versions of the AWS provider that everything here is written for; the bindings would pin a single one. */
const AWS_PROVIDER_VERSIONS = ">= 5.100.0, < 7.0.0";

/** What both stacks of the workshop share: provider, state, tags. */
export abstract class WorkshopStack extends TerraformStack {
  constructor(
    scope: Construct,
    id: string,
    settings: WorkshopSettings,
    private readonly defaultTags: Record<string, string>,
  ) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: settings.region, defaultTags: [{ tags: defaultTags }] });
    this.addOverride("terraform.required_providers.aws.version", AWS_PROVIDER_VERSIONS);
    // cdktf does not write it into HCL, but breaks what it writes.
    if (!App.of(this).hclOutput) this.addOverride("terraform.required_version", ">= 1.5.0");
    keepState(this, settings);
  }

  /** A second provider, for what has to be in another region. */
  protected providerIn(region: string, alias: string): AwsProvider {
    return new AwsProvider(this, `aws-${alias}`, { alias, region, defaultTags: [{ tags: this.defaultTags }] });
  }
}
