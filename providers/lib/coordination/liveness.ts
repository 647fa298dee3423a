// Whether a run is active, as far as its lease tells.
import { type Liveness, livenessOf, type ProcessIdentity } from "../process/index.ts";
import type { LeaseRecord } from "./records.ts";

/** Milliseconds that a held lease lasts from its last renewal; counts where the holder can't be observed. */
export const LEASE_DURATION = 30 * 60_000;

/** Milliseconds between two renewals. */
export const RENEW_INTERVAL = 5 * 60_000;

/** Milliseconds that a timed lease lasts by default. */
export const DEFAULT_TTL = 2 * 3_600_000;

/** False only if that is proved: the holder is dead, or its liveness is unknown and the lease has expired. */
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
