import { App } from "cdktf";

import { OrganizationStack } from "./organization-stack";

const app = new App();
new OrganizationStack(app, "organization", {
  organizationId: "o-a1b2c3d4e5",
  organizationalUnitIds: ["ou-ab12-cd34ef56"],
  securityAccountId: "111122223333",
  managementAccountId: "444455556666",
  deploymentRoleName: "Deploy",
});
app.synth();
