// Decides by its lease whether a run is active.
import { type Liveness, livenessOf, type ProcessIdentity } from "../process/index.ts";
import type { LeaseRecord } from "./records.ts";

/** Milliseconds from its last renewal until a held lease expires. Only used if its holder can't be observed. */
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
  { holder, expiresAt }: LeaseRecord,
  now: number,
  liveness: (holder: ProcessIdentity) => Promise<Liveness> = livenessOf,
): Promise<boolean> {
  const known = holder === undefined ? "unknown" : await liveness(holder);
  return known === "unknown" ? Date.parse(expiresAt) > now : known === "alive";
}

/** `pid 7 on ci`, or `until <time>` for a timed lease. */
export function describeHolder({ holder, expiresAt }: LeaseRecord): string {
  return holder === undefined ? `until ${expiresAt}` : `pid ${holder.pid} on ${holder.host}`;
}
