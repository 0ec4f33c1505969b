import { iamRegionFor } from "../../../src/contract/iam-region";

test.each([
  ["us-west-2", "us-east-1"],
  ["ap-southeast-4", "us-east-1"],
  ["us-gov-east-1", "us-gov-west-1"],
  ["cn-northwest-1", "cn-north-1"],
  ["us-iso-east-1", undefined],
  ["eusc-de-east-1", undefined],
])("who works in %s finds the events of IAM in %s", (region, expected) => {
  expect(iamRegionFor(region)).toBe(expected);
});
