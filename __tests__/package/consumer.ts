/** The app of somebody who uses the package: one stack, `security`, with as little as possible. */
export const CONSUMER = `
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { CredentialExfiltrationResponse, RevocableRoles } from "cdktf-guardduty-credential-response";

const app = new App();
const stack = new TerraformStack(app, "security");
new AwsProvider(stack, "aws", { region: "us-west-2" });
// The bindings pin the newest version of the provider; the constructs need no newer one than this.
stack.addOverride("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0");
const response = new CredentialExfiltrationResponse(stack, "response", {
  alertEmails: ["security@example.com"],
  revocableRoles: RevocableRoles.named("arn:aws:iam::123456789012:role/app"),
});
const topicArn: string = response.topicArn;
if (topicArn === "") throw new Error("no topic");
app.synth();
`;
