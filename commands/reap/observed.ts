// What the reaper observes before it decides. Times in milliseconds since 1970.
import type { Liveness } from "../../providers/lib/process/index.ts";
import type { LeaseRecord, MaintenanceRecord, StoredRecord } from "../../providers/lib/coordination/index.ts";

/** Why something is skipped: a fixed set, so that metrics can count by it. */
export type Reason =
  | "live"
  | "foreign"
  | "Keycloak's own"
  | "belongs to a warm app"
  | "not a run's name"
  | "no lease yet"
  | "too young"
  | "only its name suggests a run"
  | "keycloak is down"
  | "keycloak is in maintenance"
  | "keycloak query failed"
  | "in use by Pulumi"
  | "lock holder unknown"
  | "changed meanwhile";

/** What is not removed, and why. */
export interface Skip {
  readonly what: string;
  readonly reason: Reason;
  readonly detail?: string;
}

export interface ObservedRealm {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The warm Keycloak's realms; or why they can't be listed. `failure`: an operator must fix it. */
export type Realms =
  | { readonly all: readonly ObservedRealm[] }
  | { readonly unseen: Pick<Skip, "reason"> & { readonly detail: string; readonly failure: boolean } };

export interface ObservedLease {
  readonly entry: StoredRecord<LeaseRecord>;
  readonly live: boolean;
  /** The holder's liveness; `unknown` without a holder. */
  readonly liveness: Liveness;
}

export interface ObservedMaintenance {
  readonly entry: StoredRecord<MaintenanceRecord>;
  /** The holder is proved dead, and no operation is open. */
  readonly isStale: boolean;
}

/** A run's stack in Pulumi's backend, or its remains. */
export interface ObservedStack {
  /** `ci-<recipe>-<hex>` */
  readonly name: string;
  /** Liveness of the process that holds its lock; undefined: not looked at yet. */
  readonly lock: Liveness | "none" | undefined;
  /** Describes the lock; of one lock, always the same. */
  readonly lockWords?: string | undefined;
  /** When the lock was made; undefined: unknown. */
  readonly lockSince?: number | undefined;
  /** undefined: unknown. */
  readonly changed: number | undefined;
  /** The swarm of its resources; undefined if no resource names one. */
  readonly swarm?: string | undefined;
}

/** A run's folder in hearth's directory. */
export interface ObservedDirectory {
  readonly name: string;
  /** Liveness of the process that created it; `unrecorded`: the folder names none. */
  readonly liveness: Liveness | "unrecorded";
  readonly changed: number;
}

export interface Observed {
  /** This swarm's id. */
  readonly swarm: string;
  readonly baseDomain: string;
  /** Domains of the warm apps, and of the Keycloak among them. */
  readonly warmDomains: readonly string[];
  readonly keycloak: string;
  /** When the reaper started. */
  readonly began: number;
  readonly realms: Realms;
  readonly leases: readonly ObservedLease[];
  readonly maintenance: ObservedMaintenance | undefined;
  /** Swarm stacks whose label any object carries; names of all secrets and configs. */
  readonly stacks: readonly string[];
  readonly names: readonly string[];
  readonly pulumi: readonly ObservedStack[];
  readonly dirs: readonly ObservedDirectory[];
}

/** Milliseconds without a change after which objects of a run without lease and holder are removed. */
export const SETTLED = 2 * 3_600_000;

/** Milliseconds after which the lock of a holder whose liveness is unknown is dead, if no lease ends it earlier. */
export const LOCK_LIMIT = SETTLED;

/** Milliseconds: a realm must be at least this old when the reaper starts, or it is too young to be removed. */
export const GRACE = 60_000;
