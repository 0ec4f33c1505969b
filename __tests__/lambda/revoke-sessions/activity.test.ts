import { summarize } from "../../../lambda/revoke-sessions/activity";
import { accessKeyId, INSTANCE_ID, ROLE_ID } from "../../support/finding";
import {
  assuming,
  at,
  issuing,
  otherRoleId,
  OWNERS_ADDRESS,
  STOLEN,
  THIEFS_ADDRESS,
  trailEvent,
} from "../../support/trail";

const iam = (name: string, changed: Parameters<typeof trailEvent>[0] = {}) =>
  trailEvent({ source: "iam.amazonaws.com", name, readOnly: false, ...changed });

test("nothing is summed up of no events", () => {
  expect(summarize([], STOLEN)).toMatchObject({ calls: 0, called: [], changed: [], denied: [], sessions: [] });
});

describe("the calls", () => {
  test("are counted, with the first and the last", () => {
    const events = [trailEvent({ time: at(-10) }), trailEvent({ time: at(-400) }), trailEvent({ time: at(-100) })];
    expect(summarize(events, STOLEN)).toMatchObject({ calls: 3, firstCall: at(-400), lastCall: at(-10) });
  });

  test("are told by name, the most frequent first", () => {
    const events = [trailEvent({ name: "DescribeTable" }), trailEvent(), trailEvent(), iam("ListTables")];
    expect(summarize(events, STOLEN).called).toEqual([
      { source: "dynamodb.amazonaws.com", name: "ListTables", count: 2 },
      { source: "dynamodb.amazonaws.com", name: "DescribeTable", count: 1 },
      { source: "iam.amazonaws.com", name: "ListTables", count: 1 },
    ]);
  });

  test("count once if two look-ups found them", () => {
    const event = trailEvent();
    expect(summarize([event, { ...event }], STOLEN).calls).toBe(1);
  });

  test("are told by address, the finding's first, then the most frequent", () => {
    const from = ["192.0.2.9", OWNERS_ADDRESS, OWNERS_ADDRESS, THIEFS_ADDRESS, undefined];
    const events = from.map((address) => trailEvent({ address }));
    expect(summarize(events, STOLEN).addresses).toEqual([
      { address: THIEFS_ADDRESS, count: 1, isThiefs: true },
      { address: OWNERS_ADDRESS, count: 2, isThiefs: false },
      { address: "192.0.2.9", count: 1, isThiefs: false },
    ]);
  });

  test.each([
    ["of another key", { accessKeyId: accessKeyId(2), principalId: `${ROLE_ID}:${INSTANCE_ID}` }],
    [
      "of a session of the same name of another role",
      { accessKeyId: accessKeyId(2), principalId: `AROA2:${INSTANCE_ID}` },
    ],
    ["without a key", { accessKeyId: undefined, principalId: undefined }],
  ])("do not include one %s", (_, changed) => {
    expect(summarize([trailEvent(changed)], STOLEN).calls).toBe(0);
  });

  test("are all of the session's, if the finding names no key", () => {
    const events = [trailEvent({ accessKeyId: accessKeyId(7) }), trailEvent({ principalId: "AROA2:other" })];
    expect(summarize(events, { ...STOLEN, accessKeyIds: [] })).toMatchObject({ calls: 1, otherKeys: { calls: 0 } });
  });
});

describe("keys that were made out of the stolen ones", () => {
  const made = (from: number, to: number, time = at(-200)) =>
    issuing({ ofCaller: true, accessKeyId: accessKeyId(to) }, { accessKeyId: accessKeyId(from), time });

  test("count as stolen, however often they were passed on, and in whichever order they come", () => {
    const events = [made(3, 4), made(2, 3), made(1, 2), trailEvent({ accessKeyId: accessKeyId(4) })];
    expect(summarize(events, STOLEN)).toMatchObject({
      calls: 4,
      madeKeys: [accessKeyId(2), accessKeyId(3), accessKeyId(4)],
      sessions: [],
      changed: [],
    });
  });

  test("end, though they were made in a circle", () => {
    expect(summarize([made(1, 2), made(2, 1)], STOLEN).madeKeys).toEqual([accessKeyId(2)]);
  });

  test("do not include those that another key of the session made: the owner may have", () => {
    const { madeKeys, otherKeys } = summarize(
      [made(5, 6, at(-400)), trailEvent({ accessKeyId: accessKeyId(6) }), trailEvent({ accessKeyId: undefined })],
      STOLEN,
    );
    expect(madeKeys).toEqual([]);
    expect(otherKeys).toEqual({ calls: 3, accessKeyIds: [accessKeyId(5), accessKeyId(6)] });
  });
});

describe("what was changed", () => {
  test("is told by name, that from the finding's address first", () => {
    const events = [
      iam("CreateUser", { address: OWNERS_ADDRESS, resources: ["robot"], time: at(-500) }),
      iam("CreateAccessKey", { resources: ["AKIA1", "backdoor"], time: at(-300) }),
      iam("CreateUser", { resources: ["backdoor"], time: at(-200) }),
      iam("CreateUser", { resources: ["backdoor", "spare"], time: at(-100) }),
    ];
    expect(summarize(events, STOLEN).changed).toEqual([
      { source: "iam.amazonaws.com", name: "CreateAccessKey", count: 1, resources: ["AKIA1", "backdoor"] },
      { source: "iam.amazonaws.com", name: "CreateUser", count: 3, resources: ["backdoor", "spare", "robot"] },
    ]);
  });

  test.each([
    ["reads", trailEvent()],
    ["was denied", iam("CreateUser", { errorCode: "AccessDenied" })],
    ["failed", iam("CreateUser", { errorCode: "EntityAlreadyExists" })],
    ["only started a session", assuming("admin", { readOnly: false })],
  ])("does not include what %s", (_, event) => {
    expect(summarize([event], STOLEN).changed).toEqual([]);
  });
});

test.each([
  "AccessDenied",
  "AccessDeniedException",
  "Client.UnauthorizedOperation",
  "AuthorizationError",
  "AuthFailure",
])("a call that was answered %s was denied", (errorCode) => {
  const { denied } = summarize([iam("CreateUser", { errorCode }), trailEvent()], STOLEN);
  expect(denied).toEqual([{ source: "iam.amazonaws.com", name: "CreateUser", count: 1 }]);
});

test("a call that failed for another reason was not denied", () => {
  expect(summarize([iam("CreateUser", { errorCode: "ThrottlingException" })], STOLEN).denied).toEqual([]);
});

describe("sessions of other roles", () => {
  test("are told in the order in which they were started, the thief's first", () => {
    const events = [
      assuming("deploy", { time: at(-10) }),
      assuming("admin", { time: at(-20) }),
      assuming("admin", { time: at(-30), address: OWNERS_ADDRESS }),
    ];
    expect(summarize(events, STOLEN).sessions).toEqual([
      {
        startedAt: at(-20),
        by: "AssumeRole",
        caller: `${ROLE_ID}:${INSTANCE_ID}`,
        isThiefs: true,
        roleArn: "arn:aws:iam::111122223333:role/team/admin",
        principalId: `${otherRoleId("admin")}:thief`,
        accessKeyId: accessKeyId(90),
      },
      expect.objectContaining({ startedAt: at(-10), isThiefs: true }),
      expect.objectContaining({ startedAt: at(-30), isThiefs: false }),
    ]);
  });

  test("do not include those that others started", () => {
    const { sessions } = summarize(
      [assuming("admin", { accessKeyId: accessKeyId(2), principalId: "AROA9:x" })],
      STOLEN,
    );
    expect(sessions).toEqual([]);
  });
});
