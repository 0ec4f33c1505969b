import type { Deployed } from "../../../drill/deployed";
import { isDrillFinding } from "../../../drill/finding-id";
import { drillEvent } from "../../../drill/revoke/drill-event";
import { parseFindings } from "../../../lambda/revoke-sessions/finding";
import { triageFinding } from "../../../lambda/revoke-sessions/triage";
import { configuration } from "../../support/configuration";

const event = drillEvent({ accountId: "111122223333", partition: "aws", region: "us-west-2" } as Deployed, {
  findingId: "drill-20261201T120000Z",
  roleName: "web",
  session: { accessKeyId: "ASIAINVENTEDDRILL001", principalId: "AROAINVENTEDROLEWEB01:drill-20261201T120000Z" },
  call: "ec2:DescribeRegions",
  operator: "arn:aws:iam::111122223333:user/operator",
  at: new Date("2026-12-01T12:00:00Z"),
});
const [finding] = parseFindings(event);

test("the function acts on it as on a theft: nothing in it makes it less", () => {
  expect(triageFinding(finding, configuration())).toEqual({ roleName: "web", roleId: "AROAINVENTEDROLEWEB01" });
  expect(finding).toMatchObject({ sample: false, archived: false, severity: 8, sighting: { provesLife: true } });
});

test("who reads the mail sees that it is a drill, and who runs it", () => {
  expect(isDrillFinding(finding.id)).toBe(true);
  expect(finding.activity.network).toBe("a drill by arn:aws:iam::111122223333:user/operator; nothing was stolen");
});
