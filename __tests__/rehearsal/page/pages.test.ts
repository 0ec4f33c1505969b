import { AwsAccount } from "../../../local-aws/api/account";
import { AwsError } from "../../../local-aws/api/protocol";
import type { Measured } from "../../../rehearsal/measure/measure";
import { replayPage } from "../../../rehearsal/page/replay-page";
import { storyPage } from "../../../rehearsal/page/story-page";
import type { Run } from "../../../rehearsal/play/run";
import type { Fact } from "../../../rehearsal/play/scene";
import { Scope } from "../../../src/contract/environment";
import { problemsOf } from "../support/page";

/** What somebody writes who wants to get into the page. */
const HOSTILE = `</pre></style><script>alert(1)</script><img src=x onerror="alert(2)">" onload='alert(3)\u202e`;
const ARN = `arn:aws:sns:us-west-2:111122223333:${HOSTILE}`;
const AT = new Date("2026-03-01T12:00:00Z");

const denied = {
  effect: "explicitly denied",
  statements: [{ policyName: HOSTILE, statement: { Sid: HOSTILE, Effect: "Deny", Action: "*", Resource: "*" } }],
} as const;
const target = { id: HOSTILE, arn: ARN };
const rule = {
  name: HOSTILE,
  arn: ARN,
  region: "us-west-2",
  eventBusName: "default",
  eventPattern: JSON.stringify({ source: [HOSTILE] }),
  targets: [target],
};
const mail = { topicArn: ARN, subject: HOSTILE, message: `${HOSTILE}\n${HOSTILE}`, sentAt: AT };
const deployed = {
  functionName: HOSTILE,
  functionArn: ARN,
  zip: new Uint8Array(),
  handler: "index.handler",
  environment: {},
  region: "us-west-2",
  timeoutSeconds: 120,
  memorySize: 256,
  roleArn: ARN,
  permissions: [],
  retries: 2,
  logGroupName: HOSTILE,
};
const call = {
  service: HOSTILE as "iam",
  action: HOSTILE,
  parameters: {},
  accessKeyId: HOSTILE,
  region: HOSTILE,
  number: 1,
  account: new AwsAccount(),
  resource: HOSTILE,
  receivedAt: AT,
  awsTime: AT,
  milliseconds: 3,
  status: 403,
  error: new AwsError(HOSTILE, HOSTILE, 403),
};
const invoked = {
  deployed,
  startedAt: AT,
  invocation: {
    kind: "threw",
    error: { name: HOSTILE, message: HOSTILE },
    milliseconds: 10,
    stdout: "",
    stderr: "",
  } as const,
  calls: [call],
  mails: [mail],
};

/** Something of every kind, with hostile text wherever text can be somebody else's. */
const FACTS: readonly Fact[] = [
  {
    kind: "access",
    who: HOSTILE,
    session: { roleName: HOSTILE, sessionName: HOSTILE, accessKeyId: HOSTILE, issuedAt: AT },
    action: HOSTILE,
    decision: denied,
    at: AT,
  },
  {
    kind: "rule",
    outcome: {
      rule,
      receivedAt: AT,
      match: { matched: true },
      deliveries: [
        { kind: "refused", target, why: HOSTILE },
        { kind: "mailed", target, mail },
      ],
    },
  },
  { kind: "invocation", invoked, hint: HOSTILE },
  { kind: "policy", roleName: HOSTILE, policyName: HOSTILE, document: { Version: HOSTILE, Statement: [] } },
  { kind: "mail", mail },
  { kind: "mail", mail: { ...mail, subject: undefined } },
  { kind: "note", text: HOSTILE },
];

const stage = {
  accountId: HOSTILE,
  region: HOSTILE,
  scope: Scope.ROLE,
  repeatScope: Scope.INSTANCE,
  wait: { deployedSeconds: 10, rehearsedSeconds: 0.1, overrides: {} },
  startedAt: AT,
};

const run: Run = {
  ...stage,
  scenes: [{ title: HOSTILE, facts: FACTS, claims: [{ text: HOSTILE, holds: false, why: HOSTILE }] }],
  synthesisMilliseconds: 0,
  milliseconds: 100,
};

const measured: Measured = {
  access: [{ who: HOSTILE, credentials: HOSTILE, before: denied, after: denied }],
  siege: [
    {
      scope: Scope.ROLE,
      repeatScope: Scope.INSTANCE,
      calls: [
        { minute: 0, made: 4, denied: 3 },
        { minute: 5, made: 4, denied: 0 },
      ],
      thefts: [
        { minute: 0, worked: true },
        { minute: 10, worked: false },
      ],
      writes: 2,
      mails: 1,
    },
  ],
};

const replayed = [
  { name: HOSTILE, problem: HOSTILE },
  {
    name: HOSTILE,
    event: { detail: { type: HOSTILE, severity: 8, accountId: HOSTILE, region: ["no text"] } },
    assumptions: [HOSTILE],
    outcomes: [{ rule, receivedAt: AT, match: { matched: true } as const, deliveries: [] }],
    facts: FACTS,
  },
  {
    name: HOSTILE,
    event: {},
    assumptions: [],
    outcomes: [
      {
        rule,
        receivedAt: AT,
        match: { matched: false, mismatches: [{ field: HOSTILE, accepted: [HOSTILE], seen: [HOSTILE] }] } as const,
        deliveries: [],
      },
    ],
    facts: [FACTS.at(-1)!],
  },
];

describe.each<[string, () => string]>([
  ["a rehearsal", () => storyPage(run, measured)],
  ["a rehearsal without measurements", () => storyPage(run, undefined)],
  ["replayed findings", () => replayPage(stage, replayed)],
])("the page of %s", (_, render) => {
  test("can be read by everybody, and loads and runs nothing", () => {
    expect(problemsOf(render())).toEqual([]);
  });

  test("shows hostile text as text", () => {
    const page = render();
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toMatch(/<script|<img|[^;]onerror="|\u202e/);
  });
});

test("the page of a rehearsal says which claim does not hold", () => {
  const scenes = [{ title: "A scene", facts: [], claims: [{ text: "it works", holds: false, why: "it does not" }] }];
  expect(storyPage({ ...run, scenes }, undefined)).toMatch(
    /1 of 1 claims do not hold\.<\/strong>\s+it works: it does not/,
  );
});

test("the page of a rehearsal has a figure for the time to the policy only if there is one", () => {
  const put = { ...call, action: "PutRolePolicy", status: 200, receivedAt: new Date(+AT + 40) };
  const facts: Fact[] = [FACTS[1]!, { kind: "invocation", invoked: { ...invoked, calls: [put] } }];
  expect(storyPage({ ...run, scenes: [{ title: "t", facts, claims: [] }] }, undefined)).toContain("<dd>43 ms</dd>");
  expect(storyPage(run, undefined)).toContain("<dd>1</dd>");
  expect(storyPage(run, undefined)).not.toMatch(/<dd>\d+ ms<\/dd>/);
});

test("the plot of the siege is to scale, and says its figures", () => {
  const page = storyPage(run, measured);
  expect(page).toContain("3 of 8 (38 %)");
  expect(page).toContain("1 of 2");
  expect(page).toContain("as deployed");
  expect(page).toMatch(/d="M40 132V49\.5H44V132H48\.1V132Z"/);
});

test("the page of no findings can be read by everybody", () => {
  expect(problemsOf(replayPage(stage, []))).toEqual([]);
});

test("the page of findings says that each was played in its own account, whichever the deployment was read for", () => {
  const page = replayPage({ ...stage, accountId: "111122223333", region: "us-west-2" }, replayed).replace(/\s+/g, " ");
  expect(page).toContain(
    "about 3 findings, as synthesized, scope <code>role</code>: each was handed to it in the account that it names, with the role that it names.",
  );
  expect(page).not.toContain("111122223333");
});

test("the page of findings counts how they end, and says what becomes of each", () => {
  const page = replayPage(stage, replayed);
  for (const ending of ["not usable", "failed", "matched by no rule"]) expect(page).toContain(`<dt>${ending}</dt>`);
  expect(page).toMatch(/<strong>nothing<\/strong>: no rule takes it, because of its/);
});
