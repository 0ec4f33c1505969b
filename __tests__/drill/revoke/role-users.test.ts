import { describeUsers, type RoleUsers } from "../../../drill/revoke/role-users";

const NOW = new Date("2026-12-01T12:00:00Z");
const NOBODY: RoleUsers = {
  instances: [],
  functions: [],
  unseen: [],
  trust: { services: ["ec2.amazonaws.com"], principals: ["arn:aws:iam::111122223333:role/ops"], providers: [] },
};

test("nobody is found: there is nothing to ask", () => {
  const lastUsed = { at: new Date("2026-11-30T20:00:00Z") };
  expect(describeUsers({ ...NOBODY, lastUsed }, NOW)).toEqual([]);
});

test.each<[string, Partial<RoleUsers>, string]>([
  ["an instance", { instances: ["i-1, in us-west-2"] }, "instance i-1, in us-west-2"],
  ["a function", { functions: ["resize, in us-west-2"] }, "Lambda function resize, in us-west-2"],
  [
    "who used it within the thirteen hours that a session can live",
    { lastUsed: { at: new Date("2026-12-01T00:00:00Z"), region: "us-east-1" } },
    "somebody at 2026-12-01T00:00:00.000Z, in us-east-1",
  ],
  ["a region that could not be looked at", { unseen: ["eu-west-1"] }, "whoever is in eu-west-1: these credentials"],
])("names %s, and whom the trust policy lets in", (_, users, line) => {
  const lines = describeUsers({ ...NOBODY, ...users }, NOW);
  expect(lines[0]).toContain(line);
  expect(lines.at(-1)).toContain("ec2.amazonaws.com, arn:aws:iam::111122223333:role/ops");
});
