import { AssumeRoleCommand, STSClient } from "@aws-sdk/nested-clients/sts";

import type { Refusal } from "../refusal";
import { clientConfiguration, type Credentials, isError, ownCredentials } from "./client";

/** The shortest session that STS gives: it is kept for the findings that follow, and for nothing else. */
const SECONDS = 900;

/** Credentials of a role's session. */
export interface RoleCredentials extends Credentials {
  readonly expiresAt: Date;
}

/**
 * Assumes a role of another account.
 *
 * @param findingId names the session, as that account's CloudTrail shows it.
 * @returns its credentials; a refusal if STS does not let this function. STS says the same whether the role is missing, does not
 * trust the function, or a policy of the organization denies it.
 * @throws whatever else STS still responds with after the retries.
 */
export async function assumeRole(
  roleArn: string,
  findingId: string,
  abortSignal: AbortSignal,
): Promise<RoleCredentials | Refusal> {
  const sts = new STSClient(clientConfiguration(ownCredentials));
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName(findingId),
    DurationSeconds: SECONDS,
  });
  try {
    const { Credentials: made } = await sts.send(command, { abortSignal });
    if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken || !made.Expiration) {
      throw new Error(`STS responded without credentials of ${roleArn}`);
    }
    return {
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
      sessionToken: made.SessionToken,
      expiresAt: made.Expiration,
    };
  } catch (error) {
    if (!isError(error, "AccessDenied", "AccessDeniedException", "InvalidClientTokenId")) throw error;
    const sentence = error.message.replace(/\s+/g, " ").trim();
    return {
      reason: "member-role-refused",
      explanation: `STS does not let this function assume ${roleArn}: ${sentence}`,
    };
  }
}

/** With nothing but the characters that STS takes. */
const sessionName = (findingId: string): string => `finding-${findingId.replace(/[^\w+=,.@-]/g, "-")}`.slice(0, 64);
