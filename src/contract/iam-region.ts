/**
 * The region that has the events of IAM, by partition: CloudTrail and EventBridge have them nowhere else.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export const IAM_REGIONS = { aws: "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1" } as const;

/** The region in which CloudTrail has what was done in IAM, by partition. */
export const iamRegionOf = (partition: string): string =>
  (IAM_REGIONS as Readonly<Record<string, string>>)[partition] ?? IAM_REGIONS.aws;

/** The region that has the events of IAM for whoever works in a region; undefined if that is not known of its partition. */
export function iamRegionFor(region: string): string | undefined {
  if (/^(us-iso|eu-iso|eusc-)/.test(region)) return undefined;
  if (region.startsWith("us-gov-")) return IAM_REGIONS["aws-us-gov"];
  return region.startsWith("cn-") ? IAM_REGIONS["aws-cn"] : IAM_REGIONS.aws;
}
