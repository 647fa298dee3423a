// Whether a run still lives, as far as its lease tells.
import { ownerAlive, type Life, type Owner } from "../process/identity.ts";
import type { LeaseNote } from "./coordinationStore.ts";

/** Milliseconds that a held lease lasts from its last renewal: what counts where its owner can't be looked at. */
export const HELD = 30 * 60_000;

/** Milliseconds between two renewals. */
export const RENEW = 5 * 60_000;

/** Milliseconds that a timed lease lasts where nobody says how long. */
export const TTL = 2 * 3_600_000;

/** `over` only when that is proved: its owner is dead, or nobody can be asked and its end has passed. */
export async function isLive(
  { owner, until }: LeaseNote,
  now: number,
  life: (owner: Owner) => Promise<Life> = ownerAlive,
): Promise<boolean> {
  const known = owner === undefined ? "unknown" : await life(owner);
  return known === "unknown" ? Date.parse(until) > now : known === "alive";
}

/** Who holds it, in words. */
export function holder({ owner, until }: LeaseNote): string {
  return owner === undefined ? `until ${until}` : `pid ${owner.pid} on ${owner.host}`;
}
