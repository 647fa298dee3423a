// Whether a run still lives, as far as its lease tells.
import { type Liveness, livenessOf, type ProcessIdentity } from "../process/index.ts";
import type { LeaseRecord } from "./coordinationStore.ts";

/** Milliseconds that a held lease lasts from its last renewal: what counts where its owner can't be looked at. */
export const LEASE_DURATION = 30 * 60_000;

/** Milliseconds between two renewals. */
export const RENEW_INTERVAL = 5 * 60_000;

/** Milliseconds that a timed lease lasts where nobody says how long. */
export const DEFAULT_TTL = 2 * 3_600_000;

/** `over` only when that is proved: its owner is dead, or nobody can be asked and its end has passed. */
export async function isLeaseActive(
  { holder, expiresAt }: LeaseRecord,
  now: number,
  liveness: (holder: ProcessIdentity) => Promise<Liveness> = livenessOf,
): Promise<boolean> {
  const known = holder === undefined ? "unknown" : await liveness(holder);
  return known === "unknown" ? Date.parse(expiresAt) > now : known === "alive";
}

/** Who holds it, in words. */
export function describeHolder({ holder, expiresAt }: LeaseRecord): string {
  return holder === undefined ? `until ${expiresAt}` : `pid ${holder.pid} on ${holder.host}`;
}
