import { denyingPolicy, notPermitted, outlastingPropagation } from "../../../lambda/revoke-sessions/permission";
import { RefusalError } from "../../../lambda/revoke-sessions/refusal";
import { ROLE_NAME } from "../../support/finding";
import { MemoryAws } from "../../support/memory-aws";

const NOT_YET = new RefusalError(notPermitted("User: u is not authorized because no identity-based policy allows it"));
const NEVER = new RefusalError(
  notPermitted("User: u is not authorized with an explicit deny in a permissions boundary"),
);

describe("a call that is not permitted", () => {
  /** Lets the first so many calls end in an error, and gives the seconds that were waited. */
  async function waited(failures: number, error: Error): Promise<{ seconds: number[]; ended: "well" | Error }> {
    const aws = new MemoryAws();
    aws.addRole();
    let left = failures;
    aws.before = () => {
      if (left-- > 0) throw error;
    };
    const seconds: number[] = [];
    const account = outlastingPropagation(aws, async (each) => void seconds.push(each));
    const ended = account.getRole(ROLE_NAME).then(
      () => "well" as const,
      (thrown: Error) => thrown,
    );
    return { ended: await ended, seconds };
  }

  test.each([
    [0, []],
    [1, [1]],
    [4, [1, 2, 4, 8]],
  ])("is tried again after %s failures", async (failures, seconds) => {
    expect(await waited(failures, NOT_YET)).toEqual({ ended: "well", seconds });
  });

  test("throws when the permissions of a fresh deployment would have spread", async () => {
    expect(await waited(5, NOT_YET)).toEqual({ ended: NOT_YET, seconds: [1, 2, 4, 8] });
  });

  test.each<[string, Error]>([
    ["what is denied explicitly", NEVER],
    ["another refusal", new RefusalError({ reason: "policy-quota-exceeded", explanation: "full" })],
    ["another error", new Error("Throttling")],
  ])("throws %s at once", async (_, error) => {
    expect(await waited(1, error)).toEqual({ ended: error, seconds: [] });
  });
});

test("AWS's sentence stands in one line", () => {
  expect(notPermitted(" User: u\n is not\t authorized ")).toEqual({
    reason: "not-permitted",
    explanation: "AWS does not permit it: User: u is not authorized",
  });
});

test.each<[string, string | undefined]>([
  [
    "is not authorized to perform: iam:PutRolePolicy with an explicit deny in a service control policy",
    "service control policy",
  ],
  ["with an explicit deny in a resource control policy", "resource control policy"],
  ["with an explicit deny in an identity-based policy", "identity-based policy"],
  ["because no identity-based policy allows the iam:GetRole action", "identity-based policy"],
  ["because no permissions boundary allows the iam:GetRole action", "permissions boundary"],
  ["with an explicit deny in a permissions boundary", "permissions boundary"],
  ["because no session policy allows the iam:GetRole action", "session policy"],
  ["With an Explicit Deny in a VPC Endpoint Policy", "vpc endpoint policy"],
  ["with an explicit deny", undefined],
  ["", undefined],
])("the policy that denied is named by: %s", (sentence, kind) => {
  expect(denyingPolicy(sentence)).toBe(kind);
});
