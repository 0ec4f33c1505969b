import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import type { Clients } from "./clients";

/** A session of a role, and who it is. */
export interface AssumedRole {
  /** The session's clients. */
  readonly clients: Clients;
  readonly accessKeyId: string;
  /** The role's unique id and the session's name, `AROA…:name`. */
  readonly principalId: string;
}

/** The least that STS takes. */
const SESSION_SECONDS = 900;

/** Starts a session of a role, for a quarter of an hour. */
export async function assumeRole(clients: Clients, RoleArn: string, RoleSessionName: string): Promise<AssumedRole> {
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName, DurationSeconds: SESSION_SECONDS });
  const { Credentials, AssumedRoleUser } = await clients.sts().send(command);
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  return {
    clients: clients.as({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }),
    accessKeyId: AccessKeyId,
    principalId: AssumedRoleUser?.AssumedRoleId ?? "",
  };
}
