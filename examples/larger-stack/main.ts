import { App } from "cdktf";

import { SecurityStack } from "./security-stack";

const app = new App();
new SecurityStack(app, "security", {
  detectorId: "12abc34d567e8fa901bc2d34e56789f0",
  securityTopicArn: "arn:aws:sns:us-west-2:123456789012:security",
  securityKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  operationsTopicArn: "arn:aws:sns:us-west-2:123456789012:operations",
  onCallRoleName: "on-call",
});
app.synth();
