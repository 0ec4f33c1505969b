import { deniedUse, type Denial, denialSentence } from "../iam/denial";
import { AwsError } from "./protocol";

/** The error with which a service responds to a call that is denied, in the service's own form. */
export function accessDenied(service: string, denial: Denial): AwsError {
  if (denial.action.startsWith("kms:")) {
    return new AwsError("KMSAccessDenied", denialSentence(denial));
  }
  switch (service) {
    case "sns":
      return new AwsError("AuthorizationError", denialSentence({ ...denial, action: snsAction(denial.action) }), 403);
    case "ec2":
      return new AwsError(
        "UnauthorizedOperation",
        `You are not authorized to perform this operation. ${denialSentence(denial)}`,
        403,
      );
    case "sts":
      // STS does not tell a trust policy that refuses from a role that is missing, or from any other policy.
      return new AwsError("AccessDenied", deniedUse(denial), 403);
    case "cloudtrail":
    case "events":
      return new AwsError("AccessDeniedException", denialSentence(denial));
    default:
      return new AwsError("AccessDenied", denialSentence({ ...denial, resource: roleOf(denial.resource) }), 403);
  }
}

/** SNS writes its own name in capitals. */
const snsAction = (action: string): string => action.replace(/^sns:/, "SNS:");

/** IAM names a role instead of its ARN. */
const roleOf = (resource: string): string => resource.replace(/^arn:[^:]+:iam::\d*:role\/(?:.*\/)?/, "role ");
