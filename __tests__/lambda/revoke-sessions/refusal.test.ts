import { RefusalError } from "../../../lambda/revoke-sessions/refusal";

test("a refusal that is thrown says in the log what it is", () => {
  const refusal = { reason: "role-not-found" as const, explanation: "the role web is gone" };
  expect(new RefusalError(refusal)).toMatchObject({
    name: "RefusalError",
    message: "role-not-found: the role web is gone",
    refusal,
  });
});
