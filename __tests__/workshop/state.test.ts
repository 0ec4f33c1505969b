import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";

import { readSettings } from "../../workshop/settings";
import { keepState } from "../../workshop/state";
import { Template } from "../support/template";

function backendWith(context: Record<string, unknown>): any {
  const stack = new TerraformStack(Testing.app(), "guardduty-response");
  new AwsProvider(stack, "aws", { region: "us-west-2" });
  keepState(stack, readSettings(context, {}));
  return Template.of(stack).section("terraform").backend;
}

test("the state is a file next to the project, with the same path on every machine", () => {
  expect(backendWith({})).toEqual({ local: { path: "../../../terraform.guardduty-response.tfstate" } });
});

test("the state is kept and locked by S3 if a bucket is named", () => {
  expect(backendWith({ stateBucket: "acme-state", region: "eu-west-1" })).toEqual({
    s3: {
      bucket: "acme-state",
      key: "guardduty-response/guardduty-response.tfstate",
      region: "eu-west-1",
      encrypt: true,
      use_lockfile: true,
    },
  });
});

test("the bucket can be in another region, and the state below another prefix", () => {
  // WHEN
  const { s3 } = backendWith({
    stateBucket: "acme-state",
    stateRegion: "us-east-1",
    stateKeyPrefix: "teams/security/",
  });

  // THEN
  expect(s3).toMatchObject({ region: "us-east-1", key: "teams/security/guardduty-response.tfstate" });
});
