// What a pass of the reaper sees before it decides anything. Times in milliseconds since 1970.
import type { Life } from "../../providers/lib/process/identity.ts";
import type { Entry, LeaseNote, MaintenanceNote } from "../../providers/lib/coordination/coordinationStore.ts";

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

export interface SeenRealm {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The kept Keycloak's realms; or why they can't be seen, which is a failure where somebody has to mend it. */
export type Realms =
  | { readonly all: readonly SeenRealm[] }
  | { readonly unseen: Pick<Skip, "reason"> & { readonly detail: string; readonly failure: boolean } };

export interface SeenLease {
  readonly entry: Entry<LeaseNote>;
  readonly live: boolean;
  /** Of its owner; `unknown` where it has none. */
  readonly life: Life;
}

export interface SeenMaintenance {
  readonly entry: Entry<MaintenanceNote>;
  /** Its owner is proved dead, and no operation is open that it belongs to. */
  readonly over: boolean;
}

/** A run's stack in Pulumi's backend, or what is left of one. */
export interface SeenPulumi {
  /** `ci-<recipe>-<hex>` */
  readonly name: string;
  /** Of whoever has its lock. */
  readonly lock: Life | "none";
  /** undefined: it can't be told. */
  readonly changed: number | undefined;
  /** The swarm that its resources are of; undefined where none says so. */
  readonly swarm?: string | undefined;
}

/** A run's folder in hearth's directory. */
export interface SeenDir {
  readonly name: string;
  /** Of the process that made it; `nobody`: it doesn't say whose it is. */
  readonly life: Life | "nobody";
  readonly changed: number;
}

export interface Seen {
  /** This swarm's id. */
  readonly swarm: string;
  readonly baseDomain: string;
  /** Domains of the kept apps, and of the Keycloak among them. */
  readonly kept: readonly string[];
  readonly keycloak: string;
  /** When the pass began. */
  readonly began: number;
  readonly realms: Realms;
  readonly leases: readonly SeenLease[];
  readonly maintenance: SeenMaintenance | undefined;
  /** Swarm stacks that anything carries the label of; and the names of all secrets and configs. */
  readonly stacks: readonly string[];
  readonly names: readonly string[];
  readonly pulumi: readonly SeenPulumi[];
  readonly dirs: readonly SeenDir[];
}

/** Milliseconds that a run's things without a lease and without an owner are waited for. */
export const SETTLED = 2 * 3_600_000;

/** Milliseconds before the pass's start from which on a realm counts as too young to be judged. */
export const GRACE = 60_000;
