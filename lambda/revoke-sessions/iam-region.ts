const IAM_REGIONS: Readonly<Record<string, string>> = { "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1" };

/** The region in which CloudTrail has what was done in IAM, by partition. */
export const iamRegionOf = (partition: string): string => IAM_REGIONS[partition] ?? "us-east-1";
