import type { AwsCall } from "../../../local-aws/api/endpoint";
import { type Fault, faults } from "../../../local-aws/api/fault";
import type { Invocation } from "../../../local-aws/function/definition";
import { findingEvent, INSTANCE_ID, ROLE_ID, ROLE_NAME } from "../../support/finding";
import { deployedZip, PackagedFunction, type PackagedFunctionOptions } from "../../support/packaged-function";
import { PATIENT, skipForTime } from "../../support/patience";
import { denies } from "../../support/policy";

jest.setTimeout(120_000);

/** What goes wrong with a call, told the call and how often its action was called before. */
type Trouble = (call: AwsCall, earlier: number, packaged: PackagedFunction) => Fault | undefined | void;

interface Observed {
  readonly packaged: PackagedFunction;
  /** One for each attempt, as many as Lambda needs. */
  readonly attempts: readonly Invocation[];
  /** The stolen session was issued before. */
  readonly foundAt: Date;
}

interface Scenario {
  readonly name: string;
  readonly trouble: Trouble;
  readonly options?: Omit<PackagedFunctionOptions, "zip">;
  readonly attempts?: number;
  /** What must be true in the end, apart from what is always true. */
  readonly then: (observed: Observed) => void;
}

/** The fault happens to the first so many calls of an action; without an action, of each action. */
const first =
  (times: number, fault: (call: AwsCall) => Fault, action?: string): Trouble =>
  (call, earlier) =>
    earlier < times && (action ?? call.action) === call.action ? fault(call) : undefined;
const always = (fault: (call: AwsCall) => Fault, action: string): Trouble => first(Infinity, fault, action);

const calls = ({ packaged }: Observed, action: string): number =>
  packaged.endpoint.calls.filter((call) => call.action === action).length;
const mails = ({ packaged }: Observed): string[] => packaged.account.mails.map(({ subject = "" }) => subject);
const REVOKED = "GuardDuty: Sessions revoked: role web, 111122223333 us-west-2";

/** The session is denied by one write, and people are told once. */
function revokedOnce(observed: Observed): void {
  expect(observed.attempts).toMatchObject([{ kind: "returned", result: { outcome: "revoked" } }]);
  expect(observed.packaged.effective("PutRolePolicy")).toHaveLength(1);
  expect(mails(observed)).toEqual([REVOKED]);
}

const SCENARIOS: readonly Scenario[] = [
  { name: "nothing", trouble: () => {}, then: revokedOnce },
  {
    name: "each service throttles twice",
    trouble: first(2, (call) => faults.throttled(call.service as "iam")),
    then: revokedOnce,
  },
  {
    name: "each call is answered with an internal error first",
    trouble: first(1, faults.internalError),
    then: revokedOnce,
  },
  { name: "each service is unavailable first", trouble: first(1, faults.unavailable), then: revokedOnce },
  { name: "each connection is reset first", trouble: first(1, faults.reset), then: revokedOnce },
  { name: "each answer is a second late", trouble: first(1, () => faults.late(1_000)), then: revokedOnce },
  {
    name: "the answer to the write is lost",
    trouble: first(1, faults.lostResponse, "PutRolePolicy"),
    then: (observed) => {
      // The SDK writes the same document again, which changes nothing.
      const documents = observed.packaged
        .effective("PutRolePolicy")
        .map(({ parameters }) => parameters["PolicyDocument"]);
      expect(documents).toHaveLength(2);
      expect(new Set(documents).size).toBe(1);
      expect(mails(observed)).toEqual([REVOKED]);
    },
  },
  {
    name: "the answer of the topic is lost",
    trouble: first(1, faults.lostResponse, "Publish"),
    then: (observed) => expect(mails(observed)).toEqual([REVOKED, REVOKED]),
  },
  {
    name: "the role is deleted between read and write",
    trouble: (call, _, { account }) => void (call.action === "PutRolePolicy" && account.roles.delete(ROLE_NAME)),
    then: (observed) => {
      expect(observed.attempts).toMatchObject([{ result: { outcome: "not-revoked", reason: "role-not-found" } }]);
      expect(mails(observed)).toEqual(["GuardDuty: NOT revoked (role-not-found): role web, 111122223333 us-west-2"]);
    },
  },
  {
    name: "the role has no room for another policy",
    trouble: (_, __, { account }) =>
      void account.roles.get(ROLE_NAME)?.policies.set("full", JSON.stringify({ Statement: "x".repeat(10_200) })),
    then: (observed) => {
      expect(observed.attempts).toMatchObject([
        { result: { outcome: "not-revoked", reason: "policy-quota-exceeded" } },
      ]);
      // Once more without what it need not remember.
      expect(calls(observed, "PutRolePolicy")).toBe(2);
      expect(observed.packaged.account.mails[0]?.message).toContain("aws iam attach-role-policy --role-name web");
    },
  },
  {
    name: "the topic rejects the first mail",
    trouble: first(1, faults.topicRejected, "Publish"),
    attempts: 2,
    then: (observed) => {
      expect(observed.attempts).toMatchObject([
        { kind: "threw" },
        { kind: "returned", result: { outcome: "already-revoked" } },
      ]);
      expect(observed.packaged.effective("PutRolePolicy")).toHaveLength(1);
      expect(mails(observed)).toEqual([REVOKED]);
    },
  },
  {
    name: "the policy is deleted before it is enforced",
    options: { environment: { VERIFY_AFTER_SECONDS: "0.1" } },
    trouble: (call, earlier, { account }) => {
      if (call.action === "GetRolePolicy" && earlier === 1) account.roles.get(ROLE_NAME)?.policies.clear();
    },
    then: (observed) => {
      expect(observed.packaged.effective("PutRolePolicy")).toHaveLength(2);
      expect(observed.packaged.account.mails[0]?.message).toContain("removed and restored");
    },
  },
  {
    name: "nobody can find out who uses the role",
    trouble: always(faults.internalError, "ListInstanceProfilesForRole"),
    then: (observed) => {
      revokedOnce(observed);
      expect(observed.packaged.account.mails[0]?.message).toContain("could not be listed");
    },
  },
  {
    name: "IAM answers every read with an internal error",
    trouble: always(faults.internalError, "GetRole"),
    then: (observed) => {
      expect(observed.attempts).toMatchObject([{ kind: "threw" }]);
      expect(calls(observed, "GetRole")).toBe(7);
      expect(calls(observed, "PutRolePolicy")).toBe(0);
    },
  },
  {
    name: "IAM denies the write",
    trouble: (call) =>
      call.action === "PutRolePolicy"
        ? faults.accessDenied(call, { policyType: "service control policy", explicit: true })
        : undefined,
    then: (observed) => {
      expect(observed.attempts).toMatchObject([{ result: { outcome: "not-revoked", reason: "not-permitted" } }]);
      expect(calls(observed, "PutRolePolicy")).toBe(1);
      expect(mails(observed)).toEqual(["GuardDuty: NOT revoked (not-permitted): role web, 111122223333 us-west-2"]);
    },
  },
];

/** Real timeouts of the SDK and of the function, the longest first, so that all the others run meanwhile. */
const HANGING: readonly Scenario[] = [
  {
    // Half a minute: seven timeouts of three seconds, and the pauses between them.
    name: "IAM hangs for ever",
    trouble: always(faults.hang, "GetRole"),
    then: (observed) => {
      expect(observed.attempts).toMatchObject([{ kind: "threw", error: { name: "TimeoutError" } }]);
      expect(calls(observed, "GetRole")).toBe(7);
      expect(observed.attempts[0]!.milliseconds).toBeLessThan(60_000);
    },
  },
  {
    name: "whoever knows who uses the role hangs",
    trouble: always(faults.hang, "ListInstanceProfilesForRole"),
    then: (observed) => {
      revokedOnce(observed);
      expect(observed.attempts[0]!.milliseconds).toBeLessThan(15_000);
    },
  },
  {
    name: "IAM hangs for as long as the function may run",
    options: { timeoutSeconds: 10 },
    trouble: always(faults.hang, "PutRolePolicy"),
    then: (observed) => {
      // An error of the function's own, which Lambda answers with another attempt, instead of being killed.
      expect(observed.attempts).toMatchObject([{ kind: "threw", error: { name: "AbortError" } }]);
      expect(mails(observed)).toEqual([]);
    },
  },
  {
    name: "a write hangs twice, and is written again with a cut-off that lies ahead of when it was taken",
    trouble: first(2, faults.hang, "PutRolePolicy"),
    then(observed) {
      expect(observed.attempts).toMatchObject([{ kind: "returned", result: { outcome: "revoked" } }]);
      expect(observed.packaged.effective("PutRolePolicy")).toHaveLength(2);
      expect(mails(observed)).toEqual([REVOKED]);
    },
  },
];

describe("the deployed package, while", () => {
  const scenarios = PATIENT ? [...HANGING, ...SCENARIOS] : SCENARIOS;
  const observed = new Map<Scenario, Observed>();

  beforeAll(async () => {
    const zip = deployedZip();
    // Those that wait wait together, but only a few processes run at a time.
    const waiting = scenarios.values();
    const lane = async () => {
      for (const scenario of waiting) observed.set(scenario, await observe(scenario, zip));
    };
    await Promise.all(Array.from({ length: 6 }, lane));
  });

  if (!PATIENT) for (const { name } of HANGING) skipForTime(name);

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) => {
    // GIVEN the trouble WHEN a finding arrives
    const end = observed.get(scenario)!;
    // THEN it ends as expected
    scenario.then(end);
    // and what the function says is what the role's policies do
    const last = end.attempts.at(-1)!;
    const revoked = last.kind === "returned" && (last.result as { outcome: string }).outcome !== "not-revoked";
    const policies = end.packaged.account.roles.get(ROLE_NAME)?.policies.entries() ?? [];
    const ours = [...policies].filter(([name]) => name.startsWith("RevokeOldSessions")).map(([, document]) => document);
    expect(denies(ours, { issuedAt: end.foundAt, userId: `${ROLE_ID}:${INSTANCE_ID}` })).toBe(revoked);
  });
});

async function observe({ trouble, options, attempts = 1 }: Scenario, zip: Uint8Array): Promise<Observed> {
  const packaged = await PackagedFunction.start({ zip, ...options });
  const counts = new Map<string, number>();
  packaged.endpoint.hooks.fault = (call) => {
    const earlier = counts.get(call.action) ?? 0;
    counts.set(call.action, earlier + 1);
    return trouble(call, earlier, packaged) ?? undefined;
  };
  const foundAt = new Date();
  const made: Invocation[] = [];
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      made.push(await packaged.invoke(findingEvent({ time: foundAt })));
    }
  } finally {
    await packaged.stop();
  }
  return { packaged, attempts: made, foundAt };
}
