import type { Agent } from "node:https";

import type { IAMClient } from "@aws-sdk/client-iam";

import { type CredentialSource, ownCredentials } from "./aws/client";
import { iamClient } from "./aws/iam";
import type { FunctionConfiguration } from "./configuration";
import type { Finding } from "./finding";
import { RefusalError } from "./refusal";
import { SessionCache } from "./session-cache";
import { memberRoleFor } from "./triage";

/** What it takes to act in an account. */
export interface Access {
  readonly credentials: CredentialSource;
  readonly iam: IAMClient;
}

/** Access to accounts: the function's own to its own, and to another one nothing but a session of that account's role. */
export class AccountAccess {
  private readonly own: Access;
  private readonly members = new SessionCache<Access & { readonly expiresAt: Date }>(() => new Date());

  constructor(
    private readonly configuration: FunctionConfiguration,
    private readonly agent: Agent,
  ) {
    this.own = { credentials: ownCredentials, iam: iamClient(ownCredentials, agent) };
  }

  /**
   * Access to the account that a finding is about.
   *
   * @throws RefusalError if the account's role cannot be assumed.
   */
  async to({ accountId, id }: Finding, abortSignal: AbortSignal): Promise<Access> {
    if (accountId === this.configuration.accountId) return this.own;
    const roleArn = memberRoleFor(this.configuration, accountId);
    if (accountId === undefined || roleArn === undefined) {
      throw new Error(`this function must not act in account ${accountId}: it is not one that it is deployed for`);
    }
    return this.members.get(accountId, async () => {
      const { assumeRole } = await import("./member-session");
      const session = await assumeRole(roleArn, id, abortSignal);
      if ("reason" in session) throw new RefusalError(session);
      const credentials = async () => session;
      return { credentials, iam: iamClient(credentials, this.agent), expiresAt: session.expiresAt };
    });
  }

  /** Keeps no session for the next attempt: it may have been a session that failed. */
  forget(): void {
    this.members.clear();
  }
}
