import { AwsAccount } from "../../../local-aws/api/account";
import { createStack } from "../../../local-aws/cloudformation/create-stack";

const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "sts:AssumeRole" }],
};
const POLICY = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "iam:GetRole", Resource: "*" }] };
const PROPERTIES = {
  RoleName: "member",
  Path: "/response/",
  Description: "of a template",
  AssumeRolePolicyDocument: TRUST,
  Policies: [{ PolicyName: "look", PolicyDocument: POLICY }],
};

const template = (Properties: unknown, Type = "AWS::IAM::Role") => ({ Resources: { Role: { Type, Properties } } });

test("makes the roles of a template, with their trust and inline policies", () => {
  // GIVEN
  const account = new AwsAccount({ accountId: "222233334444" });

  // WHEN
  createStack(account, template(PROPERTIES));

  // THEN
  expect(account.roles.get("member")).toMatchObject({
    arn: "arn:aws:iam::222233334444:role/response/member",
    trustPolicy: TRUST,
  });
  expect(account.policy("member", "look")).toEqual(POLICY);
});

test.each<[string, object, RegExp]>([
  ["another type", template({}, "AWS::S3::Bucket"), /the type AWS::S3::Bucket is not supported/],
  ["another property", template({ ...PROPERTIES, Tags: [] }), /the property Tags is not supported/],
  [
    "a function of CloudFormation",
    template({ ...PROPERTIES, RoleName: { "Fn::Sub": "${AWS::AccountId}" } }),
    /the function Fn::Sub is not supported/,
  ],
  [
    "a role that is there already",
    template({ ...PROPERTIES, RoleName: "taken" }),
    /the role taken is in account 222233334444 already/,
  ],
])("throws about %s", (_, wrong, message) => {
  const account = new AwsAccount({ accountId: "222233334444" });
  account.addRole({ name: "taken" });
  expect(() => createStack(account, wrong as ReturnType<typeof template>)).toThrow(
    expect.objectContaining({ name: "LocalAwsError", message: expect.stringMatching(message) }),
  );
});
