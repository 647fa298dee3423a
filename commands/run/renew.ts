// Renews a run's lease while its command runs; gives a kept run's lease an expiry and no holder.
import {
  LEASE_DURATION,
  leaseOf,
  type LeaseRecord,
  RENEW_INTERVAL,
  swarmStore,
} from "../../providers/lib/coordination/index.ts";
import { displayed } from "../common/errors.ts";

/** Renews every `every` ms until the returned function is called. A failed renewal is logged and retried. */
export function startRenewing(run: string, every = RENEW_INTERVAL): () => void {
  const renew = () =>
    rewrite(run, record => ({ ...record, expiresAt: new Date(Date.now() + LEASE_DURATION).toISOString() })).catch(
      (error: unknown) => console.error(`hearth: warning: the lease of ${run} not renewed: ${displayed(error)}`),
    );
  const timer = setInterval(() => void renew(), every);
  return () => clearInterval(timer);
}

/** Removes the holder from the lease, which then expires in `ms`. */
export async function keepUntilExpiry(run: string, ms: number): Promise<void> {
  await rewrite(run, record => ({ ...record, holder: undefined, expiresAt: new Date(Date.now() + ms).toISOString() }));
}

async function rewrite(run: string, change: (record: LeaseRecord) => LeaseRecord): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const lease = await leaseOf(swarmStore, run);
    if (!lease) throw new Error("lease not found");
    if (await swarmStore.replace(lease, change(lease.record))) return;
  }
  throw new Error("lease update kept conflicting (3 attempts)");
}
