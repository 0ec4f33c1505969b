import { type CheckName, checksOf } from "../../../drill/check/checks";
import type { Judgement } from "../../../drill/check/result";
import { TOPIC_ARN } from "../../support/configuration";
import { type Answers, answeringClients, refusal } from "../support/answering-clients";
import { deployed } from "../support/deployed";

const DEPLOYED = deployed();
const BUS = { Name: "findings", Arn: "arn:aws:events:us-west-2:111122223333:event-bus/findings" };
const REGIONS = () => ({ Regions: [{ RegionName: "us-west-2" }, { RegionName: "eu-west-1" }] });

const look = (check: CheckName, answers: Answers): Promise<readonly Judgement[]> =>
  checksOf(answeringClients(answers), DEPLOYED, "abc=", {}, new Date())[check]();

test("an alarm on a rule of the event bus that findings are forwarded to is looked at", async () => {
  // GIVEN
  const answers: Answers = {
    ListEventBuses: () => ({ EventBuses: [{ Name: "default" }, BUS] }),
    ListRuleNamesByTarget: ({ EventBusName }) => ({ RuleNames: EventBusName === BUS.Name ? ["forwarded"] : [] }),
    DescribeAlarms: () => ({
      MetricAlarms: [
        {
          AlarmName: "forwarded-not-delivered",
          StateValue: "ALARM",
          AlarmActions: [TOPIC_ARN],
          Dimensions: [{ Name: "RuleName", Value: "forwarded" }],
        },
      ],
    }),
  };

  // WHEN
  const judgements = await look("alarms", answers);

  // THEN
  expect(judgements).toMatchObject([{ holds: false, what: "the alarm forwarded-not-delivered is in ALARM" }]);
});

test("a forwarder whose target has no role is wrong, and the others are looked at", async () => {
  // GIVEN
  const rulesOf = (target: unknown, bus: unknown) => (target === BUS.Arn ? ["forward"] : bus ? ["forwarded"] : []);
  const answers: Answers = {
    DescribeRegions: REGIONS,
    ListEventBuses: () => ({ EventBuses: [BUS] }),
    ListRuleNamesByTarget: ({ TargetArn, EventBusName }) => ({ RuleNames: rulesOf(TargetArn, EventBusName) }),
    DescribeRule: () => ({ State: "ENABLED", EventPattern: "{}" }),
    ListTargetsByRule: () => ({ Targets: [{ Id: "bus", Arn: BUS.Arn }] }),
    GetRolePolicy: ({ RoleName }) => {
      if (RoleName === undefined) throw new Error("no value provided for RoleName");
    },
  };

  // WHEN
  const judgements = await look("forwarders", answers);

  // THEN
  expect(judgements).toContainEqual({
    holds: false,
    what: "the forwarder forward in eu-west-1 may not send to the event bus: its role is gone, or lacks it",
    mend: expect.stringContaining("apply"),
  });
});

describe("the lock of an instance", () => {
  const LOCKED: Answers = {
    DescribeRegions: REGIONS,
    GetAccountAuthorizationDetails: () => ({
      RoleDetailList: [
        { RoleName: "app", RolePolicyList: [{ PolicyName: "RevokeAllSessions-i-1", PolicyDocument: "{}" }] },
      ],
    }),
  };

  test("is not wanted if the instance is in no region", async () => {
    expect(await look("revocations", LOCKED)).toMatchObject([
      { holds: false, what: expect.stringContaining("locks out i-1, which does not exist any more") },
    ]);
  });

  test("counts as wanted if a region must not be looked at, which is said", async () => {
    // GIVEN
    const DescribeInstances: Answers[string] = (_, region) => {
      if (region === "eu-west-1") throw refusal();
    };

    // WHEN
    const judgements = await look("revocations", { ...LOCKED, DescribeInstances });

    // THEN
    expect(judgements).toEqual([
      {
        holds: true,
        what:
          "still wanted until thirteen hours after the cut-off: RevokeAllSessions-i-1 of app; " +
          "not looked at, for want of permission: eu-west-1",
      },
    ]);
  });

  test("cannot be judged if no region may be looked at", async () => {
    const DescribeInstances = () => {
      throw refusal();
    };
    await expect(look("revocations", { ...LOCKED, DescribeInstances })).rejects.toThrow("not authorized");
  });
});
