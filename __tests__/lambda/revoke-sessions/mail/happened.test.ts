import type { Incident, Verification } from "../../../../lambda/revoke-sessions/incident";
import { parseFindings } from "../../../../lambda/revoke-sessions/finding";
import { happened } from "../../../../lambda/revoke-sessions/mail/happened";
import type { FunctionConfiguration } from "../../../../lambda/revoke-sessions/configuration";
import {
  ACCOUNT_ID,
  accessKeyId,
  FINDING_ID,
  FINDING_TYPE,
  type FindingOptions,
  INSTANCE_ID,
  instanceId,
  ROLE_ID,
} from "../../../support/finding";
import { attackSequenceEvent, userActor } from "../../../support/attack-sequence";
import { CUTOFF, ofAnotherRole, prose, refused, revoked, ROLE, stolenFrom, trust } from "../../../support/incident";

const CALL = "detail.service.action.awsApiCallAction";
const REMOTE = `${CALL}.remoteIpDetails`;
const REMOTE_ACCOUNT = `${CALL}.remoteAccountDetails`;
const RESOURCE = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.InsideAWS";
const WITHOUT_INSTANCE = { "detail.resource.instanceDetails": undefined };
const NO_PLAN = { plan: undefined };
const FOREVER = new Date("9999-12-31T23:59:59Z");

/** The values of a fact. */
function fact(incident: Incident, label: string): string[] {
  const lines = happened(incident);
  const start = lines.findIndex((line) => line.startsWith(label.padEnd(13)));
  if (start < 0) return [];
  const next = lines.slice(start + 1).findIndex((line) => !line.startsWith(" ".repeat(13)));
  return lines.slice(start, start + 1 + next).map((line) => line.slice(13));
}

/** The prose before or after the facts. */
const before = (incident: Incident): string => {
  const lines = happened(incident);
  return prose(
    lines.slice(
      0,
      lines.findIndex((line) => line.startsWith("Finding ")),
    ),
  );
};
const thiefHad = (incident: Incident): string => {
  const lines = happened(incident);
  return prose(
    lines.slice(lines.findIndex((line) => line.startsWith("Console ")) + 1, lines.indexOf("Timeline, in UTC:")),
  );
};
const timeline = (incident: Incident): string[] => {
  const lines = happened(incident);
  return lines.slice(lines.indexOf("Timeline, in UTC:") + 1).map((line) => line.trim());
};

test("what happened is told completely", () => {
  expect(happened(revoked())).toEqual([
    "A role's credentials that were handed to EC2 instance i-0aaaaaaaaaaaaaaa1",
    "were used from 198.51.100.77.",
    `Finding      ${FINDING_TYPE}`,
    `Id           ${FINDING_ID}`,
    "Severity     8 (High)",
    `Account      ${ACCOUNT_ID}`,
    "Region       us-west-2",
    "Role         web",
    `Session      EC2 instance ${INSTANCE_ID}`,
    `Access key   ${accessKeyId(1)}`,
    "Used from    198.51.100.77 (Oslo, Norway, Invented Hosting, AS64511)",
    "Call         ListTables on dynamodb.amazonaws.com (answered AccessDenied)",
    "Times        3",
    `Console      https://us-west-2.console.aws.amazon.com/guardduty/home?region=us-west-2#/findings?search=id%3D${FINDING_ID}`,
    "The thief had 9 min 10 s, from the first use that GuardDuty saw until the",
    "policy was written.",
    "Timeline, in UTC:",
    "  2026-03-01T11:51:00Z  first use that GuardDuty saw",
    "  2026-03-01T11:56:00Z  last use that GuardDuty saw",
    "  2026-03-01T12:00:00Z  finding received",
    "  2026-03-01T12:00:10Z  policy written",
    "  2026-03-01T12:00:21Z  policy verified",
  ]);
});

test("what the finding does not say is left out", () => {
  // GIVEN
  const set = {
    "detail.service": undefined,
    "detail.resource": undefined,
    "detail.severity": undefined,
    time: undefined,
  };
  // WHEN
  const lines = happened(refused("unsupported-type", { type: "Recon:X/Y", set }, NO_PLAN));
  // THEN
  expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
    ...["Finding", "Id", "Account", "Region", "Console", "Timeline, in UTC:", ""],
  ]);
});

describe("the first sentence", () => {
  test.each<[string, FindingOptions, string]>([
    ["a sample", { sample: true }, "This is a sample finding: it names nothing that exists."],
    ["another type of finding", { type: "Recon:X/Y" }, ""],
    [
      "an ECS task",
      { session: "0a1b2c3d4e5f60718293a4b5c6d7e8f9", type: RESOURCE },
      "A role's credentials that were handed to ECS task 0a1b2c3d4e5f60718293a4b5c6d7e8f9 were used from 198.51.100.77.",
    ],
    [
      "several instances",
      { recentCredentials: [stolenFrom(2), stolenFrom(3)] },
      `A role's credentials that were handed to EC2 instance ${INSTANCE_ID} and 2 more were used from 198.51.100.77.`,
    ],
    [
      "no session, of an instance",
      { set: { ...WITHOUT_INSTANCE, "detail.resource.accessKeyDetails.principalId": undefined } },
      "A role's credentials that were handed to an EC2 instance were used from 198.51.100.77.",
    ],
    [
      "no session, of another resource",
      { type: RESOURCE, set: { "detail.resource.accessKeyDetails.principalId": ROLE_ID } },
      "A role's credentials that were handed to a Lambda function or an ECS task were used from 198.51.100.77.",
    ],
    [
      "an account instead of an address",
      { set: { [REMOTE]: undefined, [REMOTE_ACCOUNT]: { accountId: "444455556666" } } },
      `A role's credentials that were handed to EC2 instance ${INSTANCE_ID} were used from AWS account 444455556666.`,
    ],
    [
      "nobody knows where",
      { set: { [REMOTE]: undefined } },
      `A role's credentials that were handed to EC2 instance ${INSTANCE_ID} were used elsewhere.`,
    ],
  ])("tells of %s", (_, options, expected) => {
    expect(before(revoked(options))).toBe(expected);
  });
});

describe("the severity", () => {
  const affiliated = (is: boolean) => ({ set: { [REMOTE_ACCOUNT]: { accountId: "444455556666", affiliated: is } } });
  test.each<[string, FindingOptions, Partial<FunctionConfiguration>, string]>([
    ["Critical", { severity: 9 }, {}, "9 (Critical)"],
    ["High", { severity: 8.9 }, {}, "8.9 (High)"],
    ["High from 7", { severity: 7 }, {}, "7 (High)"],
    ["Medium", { severity: 6.9 }, {}, "6.9 (Medium)"],
    ["Medium from 4", { severity: 4 }, {}, "4 (Medium)"],
    ["Low", { severity: 3.9 }, {}, "3.9 (Low)"],
    ["Low below all that GuardDuty knows", { severity: -1 }, {}, "-1 (Low)"],
    [
      "Medium, and why",
      { severity: 5, ...affiliated(true) },
      {},
      "5 (Medium, because the remote account is affiliated)",
    ],
    ["Medium, of an account that is not affiliated", { severity: 5, ...affiliated(false) }, {}, "5 (Medium)"],
    ["High all the same", { severity: 8, ...affiliated(true) }, {}, "8 (High)"],
    [
      "the deployment's own",
      {},
      { severityOverrides: { [FINDING_TYPE]: 9 } },
      "9 (Critical, set by this deployment; GuardDuty says 8)",
    ],
    ["that of its kind", { set: { "detail.severity": undefined } }, {}, "8 (High, GuardDuty does not say)"],
  ])("is %s", (_, options, settings, expected) => {
    expect(fact(revoked(options, {}, settings), "Severity")).toEqual([expected]);
  });
});

test("the role of another account by which it was acted is told", () => {
  const memberRole = "arn:aws:iam::444455556666:role/guardduty-response/GuardDuty-Response-Member";
  expect(fact(revoked({}, { memberRole }), "Acted by")).toEqual([memberRole]);
});

test("what holds a session is known from the role that was revoked", () => {
  const role = { ...ROLE, trust: trust({ services: ["lambda.amazonaws.com"] }) };
  const options = { session: "orders", set: WITHOUT_INSTANCE };
  expect(fact(revoked(options, { role }), "Session")).toEqual(["Lambda function orders"]);
  expect(fact(refused("exempt-role", options), "Session")).toEqual(["session orders"]);
});

describe("from where", () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ["an address without a place", { [REMOTE]: { ipAddressV4: "192.0.2.1" } }, ["192.0.2.1"]],
    ["IPv6", { [REMOTE]: { ipAddressV6: "2001:db8::7" } }, ["2001:db8::7"]],
    ["both", { [REMOTE]: { ipAddressV4: "192.0.2.1", ipAddressV6: "2001:db8::7" } }, ["192.0.2.1 and 2001:db8::7"]],
    ["a place without an address", { [REMOTE]: { country: { countryName: "Norway" } } }, ["Norway"]],
    ["nowhere", { [REMOTE]: undefined }, []],
    ["empty texts", { [REMOTE]: { ipAddressV4: "", city: { cityName: " " } } }, []],
    [
      "an account",
      { [REMOTE]: undefined, [REMOTE_ACCOUNT]: { accountId: "444455556666" } },
      ["AWS account 444455556666"],
    ],
    [
      "an affiliated account",
      { [REMOTE]: undefined, [REMOTE_ACCOUNT]: { accountId: "444455556666", affiliated: true } },
      ["AWS account 444455556666 (affiliated: of your organization, or it works with this account)"],
    ],
    [
      "an account that is not affiliated, and its address",
      { [REMOTE]: { ipAddressV4: "192.0.2.1" }, [REMOTE_ACCOUNT]: { accountId: "444455556666", affiliated: false } },
      ["192.0.2.1", "AWS account 444455556666 (not affiliated with this account)"],
    ],
    [
      "a service",
      { [REMOTE]: undefined, [REMOTE_ACCOUNT]: { awsServiceName: "athena.amazonaws.com" } },
      ["by the AWS service athena.amazonaws.com"],
    ],
  ])("names %s", (_, set, expected) => {
    expect(fact(revoked({ set }), "Used from")).toEqual(expected);
  });
});

test.each<[string, Record<string, unknown>, string[]]>([
  ["went through", { [`${CALL}.errorCode`]: undefined }, ["ListTables on dynamodb.amazonaws.com"]],
  [
    "went nobody knows where",
    { [`${CALL}.serviceName`]: "" },
    ["ListTables on an unnamed service (answered AccessDenied)"],
  ],
  ["has no name", { [`${CALL}.api`]: undefined }, []],
])("a call that %s", (_, set, expected) => {
  expect(fact(revoked({ set }), "Call")).toEqual(expected);
});

describe("lists", () => {
  test("each session, access key and other principal on a line of its own", () => {
    // GIVEN
    const user = { accessKeyId: "AKIAINVENTED00000001", principalId: "AIDAINVENTED" };
    const recentCredentials = [stolenFrom(2), ofAnotherRole(3), user, { principalId: "111122223333" }];
    const incident = revoked({ recentCredentials });
    // THEN
    expect(fact(incident, "Session")).toEqual([`EC2 instance ${INSTANCE_ID}`, `EC2 instance ${instanceId(2)}`]);
    expect(fact(incident, "Access key")).toEqual([accessKeyId(1), accessKeyId(2)]);
    expect(fact(incident, "Also stolen")).toEqual([
      `NOT revoked, another role's: ${accessKeyId(3)} of AROAINVENTEDOTHER0003:${instanceId(3)}`,
      "NOT revoked, a user's own key: AKIAINVENTED00000001 of AIDAINVENTED",
      "NOT revoked, another's: 111122223333",
    ]);
  });

  test("twenty of each, and counts the others", () => {
    // GIVEN
    const own = Array.from({ length: 30 }, (_, index) => stolenFrom(index + 2));
    const others = Array.from({ length: 21 }, (_, index) => ofAnotherRole(index + 100));
    const incident = revoked({ recentCredentials: [...own, ...others] });
    // THEN
    expect(fact(incident, "Session").slice(19)).toEqual([`EC2 instance ${instanceId(20)}`, "and 11 more"]);
    expect(fact(incident, "Access key").slice(19)).toEqual([accessKeyId(20), "and 11 more"]);
    expect(fact(incident, "Also stolen").slice(20)).toEqual(["and 1 more"]);
  });

  test("no others if there are none", () => {
    expect(
      fact(revoked({ recentCredentials: [stolenFrom(2), { accessKeyId: accessKeyId(3) }] }), "Also stolen"),
    ).toEqual([]);
  });

  test("the keys of a finding about no role, each once", () => {
    const recentCredentials = [{ accessKeyId: accessKeyId(1) }, { accessKeyId: accessKeyId(2) }];
    const incident = refused("not-a-role", { recentCredentials }, NO_PLAN);
    expect(fact(incident, "Access key")).toEqual([accessKeyId(1), accessKeyId(2)]);
    expect(fact(incident, "Role")).toEqual(["web"]);
  });
});

describe("what happened is true of each kind of finding", () => {
  const HANDLED = {
    findings: [
      "CredentialAccess:IAMUser/CompromisedCredentials",
      "AttackSequence:",
      "UnauthorizedAccess:IAMUser/MaliciousIPCaller",
    ],
  };

  test.each([
    [
      "CredentialAccess:IAMUser/CompromisedCredentials",
      "are known to be compromised, and were used from 198.51.100.77.",
    ],
    [
      "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom",
      "were used, in a way that this deployment treats as a theft, from 198.51.100.77.",
    ],
  ])("%s", (type, expected) => {
    expect(before(revoked({ type }, {}, HANDLED))).toBe(
      `A role's credentials that were handed to EC2 instance ${INSTANCE_ID} ${expected}`,
    );
  });

  test.each([
    [
      "AttackSequence:IAM/CompromisedCredentials",
      "took part in a sequence of actions that looks like an attack, and were used from 198.51.100.77.",
    ],
    [
      "AttackSequence:S3/CompromisedData",
      "took part in a sequence of actions against data in S3 that looks like an attack, and were used from 198.51.100.77.",
    ],
  ])("%s, with its signals", (type, expected) => {
    const [finding] = parseFindings(attackSequenceEvent(undefined, { type }));
    const incident = revoked({}, { finding }, HANDLED);
    expect(before(incident)).toBe(`A role's credentials that were handed to EC2 instance ${INSTANCE_ID} ${expected}`);
    expect(fact(incident, "Signals")).toEqual(["Discovery:IAMUser/AnomalousBehavior", "CreateAccessKey"]);
    expect(fact(incident, "Used from")).toEqual(["198.51.100.77 (Oslo, Norway, Invented Hosting, AS64511)"]);
  });

  test("a user is not called a role", () => {
    const [finding] = parseFindings(attackSequenceEvent([userActor()]));
    const incident = refused("not-a-role", {}, { ...NO_PLAN, finding }, HANDLED);
    expect(before(incident)).toBe(
      "Credentials that are not a role's took part in a sequence of actions that looks like an attack, and were used from 198.51.100.77.",
    );
    expect([fact(incident, "User"), fact(incident, "Role")]).toEqual([["mallory"], []]);
  });
});

describe("how long the thief had", () => {
  test.each<[string, Incident, string]>([
    [
      "to the cut-off, if an earlier attempt wrote it",
      revoked({}, { writtenAt: undefined }),
      "The thief had 9 min 40 s, from the first use that GuardDuty saw until the cut-off.",
    ],
    [
      "to the cut-off that stood already",
      revoked({}, { moved: false, cutoff: new Date("2026-03-01T11:52:00Z") }),
      "The thief had 1 min, from the first use that GuardDuty saw until the cut-off.",
    ],
    [
      "if the credentials were dead all along",
      revoked({}, { moved: false, cutoff: new Date("2026-03-01T11:51:00Z") }),
      "",
    ],
    ["if somebody denies for good", revoked({}, { moved: false, cutoff: FOREVER }), ""],
    ["if the finding does not say when it began", revoked({ set: { "detail.service.eventFirstSeen": undefined } }), ""],
    [
      "so far, if nothing was revoked",
      refused("exempt-role"),
      "The thief has had 9 min 21 s since the first use that GuardDuty saw, and still has the credentials.",
    ],
    ["before it began", refused("exempt-role", {}, { handledAt: new Date("2026-03-01T11:51:00Z") }), ""],
    ["of a sample", refused("sample-finding"), ""],
    ["of a role that is gone", refused("role-not-found"), ""],
    ["of a role that was made anew", refused("role-mismatch"), ""],
  ])("is told %s", (_, incident, expected) => {
    expect(thiefHad(incident)).toBe(expected);
  });
});

describe("the timeline", () => {
  test.each<[Verification, string[]]>([
    [{ state: "restored" }, ["2026-03-01T12:00:21Z  policy verified, after it was restored"]],
    [{ state: "not-kept" }, ["2026-03-01T12:00:21Z  policy given up"]],
    [{ state: "role-gone" }, ["2026-03-01T12:00:21Z  role seen gone"]],
    [{ state: "unverified", why: "no" }, []],
    [{ state: "not-asked" }, []],
  ])("ends with %j", (verification, expected) => {
    expect(timeline(revoked({}, { verification })).slice(4)).toEqual(expected);
  });

  test("ends with the refusal", () => {
    expect(timeline(refused("exempt-role")).slice(3)).toEqual(["2026-03-01T12:00:21Z  refused (exempt-role)"]);
  });

  test("tells a write that cut nobody", () => {
    expect(timeline(revoked({}, { moved: false, cutoff: CUTOFF }))[3]).toBe(
      "2026-03-01T12:00:10Z  policy written, with the same cut-off",
    );
  });

  test("shows a time that is none as it stands there", () => {
    const set = { "detail.service.eventFirstSeen": "yes.5Z\nterday", "detail.service.eventLastSeen": "t".repeat(50) };
    expect(timeline(revoked({ set })).slice(0, 2)).toEqual([
      "yes.5Z terday         first use that GuardDuty saw",
      `${"t".repeat(39)}…  last use that GuardDuty saw`,
    ]);
  });
});

describe("the link to the console", () => {
  test.each([
    ["aws", "https://us-west-2.console.aws.amazon.com/guardduty/home?region=us-west-2#"],
    ["aws-us-gov", "https://console.amazonaws-us-gov.com/guardduty/home?region=us-west-2#"],
    ["aws-cn", "https://console.amazonaws.cn/guardduty/home?region=us-west-2#"],
  ])("is that of partition %s", (partition, link) => {
    expect(fact(revoked({}, {}, { partition }), "Console")[0]).toContain(link);
  });

  test("cannot be broken out of, nor kept from being written", () => {
    const incident = refused("unsupported-type", { id: 'x"&region=evil#\ud800', region: "eu west/1\udfff" });
    expect(fact(incident, "Console")).toEqual([
      "https://eu%20west%2F1.console.aws.amazon.com/guardduty/home?region=eu%20west%2F1#/findings?search=id%3Dx%22%26region%3Devil%23",
    ]);
  });
});
