import type { Scope } from "../../src/contract/environment";
import type { KeyActivity } from "./activity";
import type { FunctionConfiguration } from "./configuration";
import type { Finding } from "./finding";
import type { Following } from "./followed";
import type { Refusal } from "./refusal";
import type { Target, Targets } from "./target";
import type { Role } from "./triage";

/** The role that is to be revoked, and the policies that do it. */
export type Plan = Targets & { readonly roleName: string };

/** How far the revocation is known to hold. */
export type Verification =
  | { readonly state: "verified" | "restored" | "not-asked" | "role-gone" }
  | { readonly state: "not-kept"; readonly refusal?: Refusal }
  | { readonly state: "unverified"; readonly why: string };

/** An instance whose profile holds the revoked role. */
export interface RoleUse {
  readonly instanceId: string;
  /** Its `Name` tag. */
  readonly name?: string;
  /** As EC2 names it: `running`, `stopped`, … */
  readonly state: string;
}

/** The instances that a revocation affects, or why they could not be listed. */
export type Impact =
  { readonly kind: "listed"; readonly uses: readonly RoleUse[] } | { readonly kind: "unknown"; readonly why: string };

interface Handled {
  readonly finding: Finding;
  readonly configuration: FunctionConfiguration;
  /** What the stolen credentials were used for; undefined if nobody looked. */
  readonly activity?: KeyActivity;
  /** ARN of the role by which the function acted, or tried to, in a member account; undefined in its own, or if it had no reason to act. */
  readonly memberRole?: string;
  readonly handledAt: Date;
}

/** Every stolen session of the role is denied. */
export interface Revoked extends Handled {
  readonly kind: "revoked";
  readonly plan: Plan;
  /** The scope that the deployment asks for, which finding or role may not allow. */
  readonly asked: Scope;
  readonly role: Role;
  /** Sessions issued before it are denied: the latest of those of the plan's targets. */
  readonly cutoff: Date;
  /** The cut-off of each of the plan's targets: what was denied already keeps its own. */
  readonly cutoffs: readonly Date[];
  /** Whether the cut-off was moved for this finding, by this attempt or an earlier one; else the sessions were denied already. */
  readonly moved: boolean;
  /** Whether nothing about the stolen credentials is new: people are told of sessions that they started. */
  readonly isRepeat?: boolean;
  /** What became of the sessions that the stolen credentials started; undefined if they are not followed. */
  readonly following?: Following;
  /** Whether the credentials were seen alive after a cut-off that should have ended them. */
  readonly distrusted: boolean;
  /** When IAM had taken the policy; undefined if an earlier attempt at the same event wrote it. */
  readonly writtenAt?: Date;
  readonly verification: Verification;
  readonly impact: Impact;
}

/** At least one stolen session is not denied. */
export interface Refused extends Handled {
  readonly kind: "refused";
  readonly refusal: Refusal;
  /** What could be revoked by hand; undefined if the finding names no role. */
  readonly plan?: Plan;
  /** The policies that were attached before IAM refused the rest: scope `session` may need several. */
  readonly attached: readonly Target[];
}

/** All that happened about one finding: what the mail is written from. */
export type Incident = Revoked | Refused;
