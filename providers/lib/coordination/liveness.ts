// Decides by their records whether a run is active, and whether maintenance is over.
import type { Liveness, ProcessIdentity } from "../process/index.ts";
import type { CoordinationHost } from "./coordinationStore.ts";
import { livenessOnSwarm } from "./holder.ts";
import type { LeaseRecord, MaintenanceRecord } from "./records.ts";

/**
 * Milliseconds from its last renewal until a held lease, or maintenance, expires. Only used if its holder can't be
 * observed.
 */
export const LEASE_DURATION = 30 * 60_000;

/** When a lease expires that is held or renewed at `now`, in ISO 8601. */
export function expiryAt(now: number): string {
  return new Date(now + LEASE_DURATION).toISOString();
}

/** Milliseconds between two renewals. */
export const RENEW_INTERVAL = 5 * 60_000;

/** Default duration of a timed lease, in milliseconds. */
export const DEFAULT_TTL = 2 * 3_600_000;

/** False only if the holder is dead, or if its liveness is unknown and the lease has expired. */
export async function isLeaseActive(
  { holder, expiresAt }: Pick<LeaseRecord, "holder" | "expiresAt">,
  now: number,
  liveness: (holder: ProcessIdentity) => Promise<Liveness> = livenessOnSwarm,
): Promise<boolean> {
  const known = holder === undefined ? "unknown" : await liveness(holder);
  return known === "unknown" ? Date.parse(expiresAt) > now : known === "alive";
}

/** When maintenance ends, in ISO 8601: an older hearth recorded no end, and none of its changes takes two hours. */
export function maintenanceEnd({ startedAt, expiresAt }: MaintenanceRecord): string {
  return expiresAt ?? new Date(Date.parse(startedAt) + DEFAULT_TTL).toISOString();
}

/** False only if the holder is dead, or if its liveness is unknown and the maintenance has expired. */
export async function isMaintenanceActive(
  { now, liveness }: Pick<CoordinationHost, "now" | "liveness">,
  record: MaintenanceRecord,
): Promise<boolean> {
  return isLeaseActive({ holder: record.holder, expiresAt: maintenanceEnd(record) }, now(), liveness);
}

/** Whether the maintenance may be removed: it isn't active, and no operation is open that it belongs to. */
export async function isMaintenanceOver(
  host: Pick<CoordinationHost, "now" | "liveness" | "isStale">,
  record: MaintenanceRecord,
): Promise<boolean> {
  if (await isMaintenanceActive(host, record)) return false;
  return record.stale === true || host.isStale(record);
}

/** `pid 7 on ci`, or `until <time>` for a timed lease. */
export function describeHolder({ holder, expiresAt }: LeaseRecord): string {
  return holder === undefined ? `until ${expiresAt}` : `pid ${holder.pid} on ${holder.host}`;
}
