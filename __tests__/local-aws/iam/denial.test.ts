import { type Denial, denialSentence } from "../../../local-aws/iam/denial";

const DENIAL: Denial = {
  principal: "arn:aws:sts::111122223333:assumed-role/revoker/revoker",
  action: "iam:GetRole",
  resource: "arn:aws:iam::111122223333:role/app",
  policyType: "identity-based policy",
  explicit: false,
};
const BEGINNING =
  "User: arn:aws:sts::111122223333:assumed-role/revoker/revoker is not authorized to perform: iam:GetRole on resource: arn:aws:iam::111122223333:role/app ";

test.each<[string, Partial<Denial>, string]>([
  ["nothing that allows it", {}, "because no identity-based policy allows the iam:GetRole action"],
  [
    "a boundary that does not allow it",
    { policyType: "permissions boundary" },
    "because no permissions boundary allows the iam:GetRole action",
  ],
  ["an inline policy that denies it", { explicit: true }, "with an explicit deny in an identity-based policy"],
  [
    "an organization that denies it",
    {
      explicit: true,
      policyType: "service control policy",
      policyArn: "arn:aws:organizations::999999999999:policy/o-example/service_control_policy/p-example",
    },
    "with an explicit deny in a service control policy: arn:aws:organizations::999999999999:policy/o-example/service_control_policy/p-example",
  ],
  [
    "a session policy that denies it",
    { explicit: true, policyType: "session policy" },
    "with an explicit deny in a session policy",
  ],
])("names %s", (_, change, ending) => {
  expect(denialSentence({ ...DENIAL, ...change })).toBe(BEGINNING + ending);
});

test("does not name a resource if the action knows none", () => {
  expect(denialSentence({ ...DENIAL, action: "ec2:DescribeInstances", resource: "*" })).toMatch(
    /perform: ec2:DescribeInstances because no/,
  );
});
