import { type AwsAccount, uniqueId } from "./account";
import { AwsError } from "./protocol";
import { type QueryAction, required } from "./service-action";

/** The STS actions that the local AWS supports. */
export const stsActions: Record<string, QueryAction> = {
  AssumeRole: {
    resource: ({ RoleArn = "" }) => RoleArn,
    perform: (parameters, account) => {
      const roleArn = required(parameters, "RoleArn");
      const sessionName = required(parameters, "RoleSessionName");
      if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
        throw new AwsError("ValidationError", `roleSessionName: ${sessionName} is not 2 to 64 of A-Z a-z 0-9 +=,.@-_`);
      }
      const seconds = Number(parameters["DurationSeconds"] ?? 3600);
      if (seconds < 900 || seconds > 3600) {
        throw new AwsError(
          "ValidationError",
          `durationSeconds: ${seconds} is not 900 to 3600, as a session may ask for`,
        );
      }
      const owner = ownerOf(roleArn, account);
      const role = [...(owner?.roles.values() ?? [])].find(({ arn }) => arn === roleArn);
      // As AWS: who asks cannot tell a role that is missing from one that does not trust him.
      if (!owner || !role) {
        throw new AwsError("AccessDenied", `Not authorized to perform: sts:AssumeRole on resource: ${roleArn}`, 403);
      }
      const issuedAt = new Date();
      const accessKeyId = uniqueId("ASIA", `${roleArn} ${sessionName} ${owner.sessions.size}`);
      owner.sessions.set(accessKeyId, { roleName: role.name, sessionName, accessKeyId, issuedAt });
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: "local",
          SessionToken: "local",
          Expiration: new Date(issuedAt.getTime() + seconds * 1_000).toISOString(),
        },
        AssumedRoleUser: {
          AssumedRoleId: `${role.roleId}:${sessionName}`,
          Arn: `arn:${owner.partition}:sts::${owner.accountId}:assumed-role/${role.name}/${sessionName}`,
        },
      };
    },
  },
};

/** The account that a role belongs to; undefined if it is not behind this endpoint. */
function ownerOf(roleArn: string, account: AwsAccount): AwsAccount | undefined {
  const accountId = roleArn.split(":")[4] ?? "";
  return accountId === account.accountId ? account : account.neighbours.get(accountId);
}
