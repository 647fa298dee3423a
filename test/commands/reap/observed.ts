// Builders of observations for the reaper's specs, all at one moment on one host.
import type { ProcessIdentity } from "../../../providers/lib/process/identity.ts";
import type { StoredRecord } from "../../../providers/lib/coordination/coordinationStore.ts";
import type { LeaseRecord, MaintenanceRecord } from "../../../providers/lib/coordination/records.ts";
import { leaseName, MAINTENANCE_NAME } from "../../../providers/lib/coordination/coordinationStore.ts";
import type {
  Observed,
  ObservedDirectory,
  ObservedLease,
  ObservedMaintenance,
  ObservedStack,
  ObservedRealm,
} from "../../../commands/reap/observed.ts";

export const NOW = Date.parse("2026-03-14T03:00:00Z");
export const HOUR = 3_600_000;
export const BASE = "ci.test";
export const SWARM = "swarm-1";
export const KEYCLOAK = "warm-keycloak.ci.test";
export const DOCS = "docs-9c1995";

export const at = (ms: number): string => new Date(NOW + ms).toISOString();

export function processOf(pid: number, more: Partial<ProcessIdentity> = {}): ProcessIdentity {
  return { host: "ci", boot: "boot", pidns: "pid:[1]", pid, started: pid * 10, ...more };
}

export function leaseRecord(run = DOCS, more: Partial<LeaseRecord> = {}): LeaseRecord {
  const [recipe = "", hex = ""] = [run.slice(0, -7), run.slice(-6)];
  const domains = [`${recipe.slice(0, 4)}-${hex}.${BASE}`, `sso-${hex}.${BASE}`];
  return { format: 1, kind: "run", run, keycloak: "warm", domains, acquiredAt: at(-HOUR), expiresAt: at(-1), ...more };
}

export function entry<N extends LeaseRecord | MaintenanceRecord>(
  of: N,
  more: Partial<StoredRecord<N>> = {},
): StoredRecord<N> {
  const name = of.kind === "run" ? leaseName(of.run) : MAINTENANCE_NAME;
  return {
    id: `id-${name}`,
    name,
    created: of.kind === "run" ? of.acquiredAt : of.startedAt,
    version: 1,
    record: of,
    ...more,
  };
}

/** An expired lease with a dead holder. */
export function lease(run = DOCS, more: Partial<LeaseRecord> = {}, judged: Partial<ObservedLease> = {}): ObservedLease {
  return {
    entry: entry(leaseRecord(run, { holder: processOf(123), ...more })),
    live: false,
    liveness: "dead",
    ...judged,
  };
}

export function maintenance(more: Partial<MaintenanceRecord> = {}, over = false): ObservedMaintenance {
  const what = {
    app: "keycloak",
    domain: KEYCLOAK,
    what: "1.0.0+1 → 1.1.0+2",
    blocks: "warm",
    holder: processOf(7),
    stateDir: "/s",
  } as const;
  return {
    entry: entry<MaintenanceRecord>({ format: 1, kind: "maintenance", startedAt: at(-60_000), ...what, ...more }),
    isStale: over,
  };
}

/** A run's realm that is one hour old. */
export function realm(run = DOCS, attributes: Record<string, unknown> = {}): ObservedRealm {
  return {
    name: run,
    attributes: { "hearth.owner": SWARM, "hearth.run": run, "hearth.made": at(-HOUR), ...attributes },
  };
}

/** A run's Pulumi stack: unlocked, changed three hours ago. */
export function pulumi(run = DOCS, more: Partial<ObservedStack> = {}): ObservedStack {
  return { name: `ci-${run}`, lock: "none", changed: NOW - 3 * HOUR, ...more };
}

export function dir(run = DOCS, more: Partial<ObservedDirectory> = {}): ObservedDirectory {
  return { name: run, liveness: "dead", changed: NOW - 60_000, ...more };
}

export function seen(
  more: Partial<Omit<Observed, "realms">> & { realms?: readonly ObservedRealm[] | Observed["realms"] } = {},
): Observed {
  const { realms = [], ...rest } = more;
  const nothing = { leases: [], maintenance: undefined, stacks: [], names: [], pulumi: [], dirs: [] };
  const facts = {
    swarm: SWARM,
    baseDomain: BASE,
    warmDomains: ["warm-traefik.ci.test", KEYCLOAK],
    keycloak: KEYCLOAK,
    began: NOW,
  };
  return { ...facts, ...nothing, ...rest, realms: "length" in realms ? { all: realms } : realms };
}
