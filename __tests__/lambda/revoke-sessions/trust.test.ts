import { mayAssumeItself, readTrust } from "../../../lambda/revoke-sessions/trust";
import { ACCOUNT_ID, ROLE_ID } from "../../support/finding";

const ROLE = { arn: `arn:aws:iam::${ACCOUNT_ID}:role/team/web`, roleId: ROLE_ID };
const trusting = (...Statement: object[]) => readTrust(JSON.stringify({ Version: "2012-10-17", Statement }));
const allow = (Principal: unknown) => ({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });

test("a trust policy names services, principals and providers, each once", () => {
  expect(
    trusting(
      allow({ Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] }),
      allow({ Service: "ec2.amazonaws.com", AWS: "444455556666" }),
      allow({ Federated: "arn:aws:iam::111122223333:oidc-provider/example.com" }),
    ),
  ).toEqual({
    services: ["ec2.amazonaws.com", "lambda.amazonaws.com"],
    principals: ["444455556666"],
    providers: ["arn:aws:iam::111122223333:oidc-provider/example.com"],
  });
});

test.each([undefined, "", "no policy", "null", "7", "{}", '{"Statement":[null]}', '{"Statement":{"Effect":"Allow"}}'])(
  "a trust policy that is %j names nobody",
  (document) => {
    expect(readTrust(document)).toEqual({ services: [], principals: [], providers: [] });
  },
);

test("what a trust policy denies names nobody", () => {
  expect(trusting({ ...allow({ AWS: "*" }), Effect: "Deny" }).principals).toEqual([]);
});

test("everybody but somebody is everybody", () => {
  const { Principal, ...statement } = allow({ AWS: "444455556666" });
  expect(trusting({ ...statement, NotPrincipal: Principal }).principals).toEqual(["*"]);
});

describe("a role", () => {
  test.each([
    ["everybody", "*"],
    ["it", ROLE.arn],
    ["it without its path", `arn:aws:iam::${ACCOUNT_ID}:role/web`],
    ["it by its unique id", ROLE_ID],
    ["one of its sessions", `arn:aws:sts::${ACCOUNT_ID}:assumed-role/web/i-0abc`],
    ["the account", ACCOUNT_ID],
    ["the account by its root", `arn:aws:iam::${ACCOUNT_ID}:root`],
  ])("may assume itself if its trust policy names %s", (_, principal) => {
    expect(mayAssumeItself(trusting(allow({ AWS: ["444455556666", principal] })), ROLE)).toBe(true);
  });

  test("may assume itself if its trust policy names everybody without a kind", () => {
    expect(mayAssumeItself(trusting(allow("*")), ROLE)).toBe(true);
  });

  test.each([
    ["another role", { AWS: `arn:aws:iam::${ACCOUNT_ID}:role/web-2` }],
    ["a session of another role", { AWS: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/web-2/i-0abc` }],
    ["another account", { AWS: "arn:aws:iam::444455556666:root" }],
    ["only services", { Service: "ec2.amazonaws.com" }],
  ])("does not assume itself if its trust policy names %s", (_, principal) => {
    expect(mayAssumeItself(trusting(allow(principal)), ROLE)).toBe(false);
  });
});
