import type { Deployed } from "../../../drill/deployed";
import type { Step } from "../../../drill/step";
import { typesOf, wiring } from "../../../drill/wiring/wiring";
import { LocalDeployment } from "../../../local-aws/deployment/local-deployment";
import { readDeployment } from "../../../local-aws/terraform/read-deployment";
import { changeJson, only, SynthesizedOutputs } from "../../rehearsal/support/synthesized-output";
import { LocalWiringAccount } from "./local-wiring-account";

const DEPLOYED = { logGroupName: "/aws/lambda/revoke", region: "us-west-2" } as Deployed;
const INSTANCE = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
const RESOURCE = "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS";

let outputs: SynthesizedOutputs;
let local: LocalDeployment;

beforeAll(() => {
  outputs = SynthesizedOutputs.create();
});
afterEach(() => local.close());
afterAll(() => outputs.remove());

async function run(types: readonly string[], directory = outputs.original): Promise<Step[]> {
  local = await LocalDeployment.start(readDeployment(directory, "111122223333"));
  const steps: Step[] = [];
  for await (const step of wiring(new LocalWiringAccount(local), DEPLOYED, types)) steps.push(step);
  return steps;
}

const failed = (steps: readonly Step[]) => steps.flatMap(({ claims }) => claims.filter((each) => !each.holds));

test("every type that is deployed reaches the function, nothing is revoked, and the mail says that it is a sample", async () => {
  // WHEN
  const steps = await run(typesOf([]));

  // THEN
  expect(failed(steps)).toEqual([]);
  expect(steps.map(({ title }) => title)).toEqual([
    "GuardDuty is asked for its samples",
    `The sample of ${INSTANCE} reaches the function`,
    `The sample of ${RESOURCE} reaches the function`,
  ]);
  const [, { facts }] = steps as [Step, Step];
  expect(facts[0]).toMatch(/^ +1\d\.\d s {2}GuardDuty has made the finding [0-9a-f]{32}$/);
  expect(facts[1]).toMatch(/outcome in the log, mail sent: not-revoked \(sample-finding\)$/);
  expect(local.endpoint.calls.filter(({ service }) => service === "iam")).toEqual([]);
  const reports = local.account.mails.filter(({ subject }) => subject !== undefined);
  expect(reports).toHaveLength(2);
  expect(reports[0]!.subject).toContain("NOT revoked (sample-finding)");
});

test("a type of which GuardDuty makes no sample is told, and the others go on", async () => {
  const steps = await run(["AttackSequence:IAM/CompromisedCredentials", INSTANCE]);
  expect(failed(steps)).toEqual([]);
  expect(steps[0]!.facts[0]).toBe("AttackSequence:IAM/CompromisedCredentials: GuardDuty makes no sample of it");
  expect(steps).toHaveLength(2);
});

test("does not hold if GuardDuty makes none", async () => {
  const steps = await run(["AttackSequence:IAM/CompromisedCredentials"]);
  expect(steps).toHaveLength(1);
  expect(failed(steps)).toMatchObject([{ why: "it makes none of these types" }]);
});

test("does not hold if the rule does not let it through: where to look is said", async () => {
  // GIVEN
  const directory = outputs.withChange((stack) => {
    changeJson(only(stack, "aws_cloudwatch_event_rule"), "event_pattern", (pattern) => {
      pattern.detail.type = ["UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration"];
    });
  });

  // WHEN
  const steps = await run([INSTANCE], directory);

  // THEN
  expect(failed(steps)).toMatchObject([
    { text: "the function handles it", why: expect.stringContaining("not within 20 minutes: if drill check finds") },
  ]);
});

test("the types of a deployment are those that it always handles, and its further ones", () => {
  expect(typesOf(["AttackSequence:IAM/CompromisedCredentials"])).toEqual([
    INSTANCE,
    RESOURCE,
    "AttackSequence:IAM/CompromisedCredentials",
  ]);
});
