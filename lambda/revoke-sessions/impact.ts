/** An instance that uses the revoked role. */
export interface RoleUse {
  readonly instanceId: string;
  /** Its `Name` tag. */
  readonly name?: string;
  /** As EC2 names it: `running`, `stopped`, … */
  readonly state: string;
}

/** Who else is hit by a revocation, or why that could not be found out. */
export type Impact = { readonly uses: readonly RoleUse[] } | { readonly unknown: string };
