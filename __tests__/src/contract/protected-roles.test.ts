import { protects } from "../../../src/contract/protected-roles";

const arn = (role: string, account = "123456789012") => `arn:aws:iam::${account}:role/${role}`;

test.each<[string, string, string]>([
  ["a role by its ARN", "ops/Admin", "ops/Admin"],
  ["a role that was named without its path, since names are unique in an account", "Admin", "ops/Admin"],
  ["a role that was named with another path", "ops/Admin", "team/ops/Admin"],
  ["a role that was named with a path that it lacks", "ops/Admin", "Admin"],
  [
    "roles by a pattern of names, below any path",
    "aws-controltower-*",
    "service/aws-controltower-AdministratorExecutionRole",
  ],
  ["roles by a pattern with something behind the wildcard", "stacksets-exec-*-org", "stacksets-exec-0123-org"],
  ["roles by a pattern below a path", "ops/app-*", "ops/app-1"],
  ["every role below a path, however deep", "ops/*", "ops/deep/app"],
])("protects %s", (_, entry, role) => {
  expect(protects(arn(entry), arn(role))).toBe(true);
});

test.each<[string, string, string]>([
  ["a role whose name only begins like the protected one", "Admin", "Administrator"],
  ["a role whose name only ends like the protected one", "Admin", "SuperAdmin"],
  ["a role whose name differs by case", "Admin", "admin"],
  ["a role whose path is called like the protected role", "Admin", "Admin/app"],
  ["a role that a pattern below a path would cover below another", "ops/app-*", "web/app-1"],
  ["a role outside of the path that is protected", "ops/*", "app"],
  ["a role that a character of regular expressions would cover", "a.b", "axb"],
])("does not protect %s", (_, entry, role) => {
  expect(protects(arn(entry), arn(role))).toBe(false);
});

test("does not protect a role of another account", () => {
  expect(protects(arn("Admin"), arn("Admin", "210987654321"))).toBe(false);
});
