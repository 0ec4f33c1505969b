import { AwsProvider } from "@cdktf/provider-aws/lib/provider";

import { LocalDeployment } from "../../../local-aws/deployment/local-deployment";
import { CredentialExfiltrationResponse, FindingForwarder, RevocableRoles } from "../../../src";
import { ACCOUNT, deploymentOf } from "../../support/deployment";
import { findingEvent } from "../../support/finding";
import { testStack } from "../../support/template";

/** A response in us-west-2, and a forwarder to it in us-east-1. */
function deployment() {
  const stack = testStack();
  const response = new CredentialExfiltrationResponse(stack, "response", {
    revocableRoles: RevocableRoles.anyOfAccount(),
    alertEmails: ["security@example.com"],
    verifyAfterSeconds: 0,
    furtherRegions: true,
  });
  const provider = new AwsProvider(stack, "virginia", { alias: "virginia", region: "us-east-1" });
  new FindingForwarder(stack, "forwarder", { to: response, alertEmails: ["security@example.com"], provider });
  return deploymentOf(stack);
}

let local: LocalDeployment;
beforeAll(async () => {
  local = await LocalDeployment.start(deployment());
  local.account.addRole({ name: "web" });
});
afterAll(() => local?.close());

test("an event of a region without rules is put on the buses of all regions, and handled once", async () => {
  // WHEN
  const outcomes = await local.send(findingEvent({ accountId: ACCOUNT, region: "ap-south-1" }));

  // THEN
  const matched = outcomes.filter(({ match }) => match.matched);
  expect(matched.map(({ rule }) => `${rule.name} in ${rule.region}`)).toEqual([
    "GuardDuty-Response-CredentialExfiltration in us-west-2",
  ]);
  expect(matched.flatMap(({ deliveries }) => deliveries.map(({ kind }) => kind))).toEqual(["mailed", "invoked"]);
});

test("an event that its region's forwarder does not take is told of by the forwarder too", async () => {
  // WHEN
  const outcomes = await local.send(findingEvent({ region: "us-east-1", set: { source: "aws.ec2" } }));

  // THEN
  expect(outcomes.map(({ rule, match }) => [rule.region, match.matched])).toEqual(
    expect.arrayContaining([
      ["us-east-1", false],
      ["us-west-2", false],
    ]),
  );
});
