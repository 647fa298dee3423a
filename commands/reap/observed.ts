// What a pass of the reaper sees before it decides anything. Times in milliseconds since 1970.
import type { Liveness } from "../../providers/lib/process/index.ts";
import type { LeaseRecord, MaintenanceRecord, StoredRecord } from "../../providers/lib/coordination/index.ts";

/** Why something is left where it is: few and fixed words, so that they can be counted. */
export type Reason =
  | "live"
  | "foreign"
  | "Keycloak's own"
  | "a kept app's"
  | "no run's name"
  | "no lease yet"
  | "younger than this pass"
  | "its name alone says that it may be a run's"
  | "keycloak isn't up"
  | "keycloak is in maintenance"
  | "keycloak can't be asked"
  | "in use by Pulumi"
  | "its lock can't be judged"
  | "changed meanwhile";

/** What is left where it is, and why. */
export interface Skip {
  readonly what: string;
  readonly reason: Reason;
  readonly detail?: string;
}

export interface ObservedRealm {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The kept Keycloak's realms; or why they can't be seen, which is a failure where somebody has to mend it. */
export type Realms =
  | { readonly all: readonly ObservedRealm[] }
  | { readonly unseen: Pick<Skip, "reason"> & { readonly detail: string; readonly failure: boolean } };

export interface ObservedLease {
  readonly entry: StoredRecord<LeaseRecord>;
  readonly live: boolean;
  /** Of its holder; `unknown` where it has none. */
  readonly liveness: Liveness;
}

export interface ObservedMaintenance {
  readonly entry: StoredRecord<MaintenanceRecord>;
  /** Its holder is proved dead, and no operation is open that it belongs to. */
  readonly over: boolean;
}

/** A run's stack in Pulumi's backend, or what is left of one. */
export interface ObservedStack {
  /** `ci-<recipe>-<hex>` */
  readonly name: string;
  /** Of whoever has its lock. */
  readonly lock: Liveness | "none";
  /** undefined: it can't be told. */
  readonly changed: number | undefined;
  /** The swarm that its resources are of; undefined where none says so. */
  readonly swarm?: string | undefined;
}

/** A run's folder in hearth's directory. */
export interface ObservedDirectory {
  readonly name: string;
  /** Of the process that made it; `nobody`: it doesn't say whose it is. */
  readonly liveness: Liveness | "nobody";
  readonly changed: number;
}

export interface Observed {
  /** This swarm's id. */
  readonly swarm: string;
  readonly baseDomain: string;
  /** Domains of the kept apps, and of the Keycloak among them. */
  readonly kept: readonly string[];
  readonly keycloak: string;
  /** When the pass began. */
  readonly began: number;
  readonly realms: Realms;
  readonly leases: readonly ObservedLease[];
  readonly maintenance: ObservedMaintenance | undefined;
  /** Swarm stacks that anything carries the label of; and the names of all secrets and configs. */
  readonly stacks: readonly string[];
  readonly names: readonly string[];
  readonly pulumi: readonly ObservedStack[];
  readonly dirs: readonly ObservedDirectory[];
}

/** Milliseconds that a run's things without a lease and without an holder are waited for. */
export const SETTLED = 2 * 3_600_000;

/** Milliseconds before the pass's start from which on a realm counts as too young to be judged. */
export const GRACE = 60_000;
