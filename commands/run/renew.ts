// Keeps a run's lease alive while its command runs, and leaves it with an end where the run is to stand on for a while.
import {
  LEASE_DURATION,
  leaseOf,
  type LeaseRecord,
  RENEW_INTERVAL,
  swarmStore,
} from "../../providers/lib/coordination/index.ts";
import { asError } from "../common/errors.ts";

/** Renews every `every` ms until the returned function is called. A failed renewal is logged and retried. */
export function startRenewing(run: string, every = RENEW_INTERVAL): () => void {
  const renew = () =>
    rewrite(run, record => ({ ...record, expiresAt: new Date(Date.now() + LEASE_DURATION).toISOString() })).catch(
      (error: unknown) =>
        console.error(`hearth: warning: the lease of ${run} couldn't be renewed: ${asError(error).message}`),
    );
  const timer = setInterval(() => void renew(), every);
  return () => clearInterval(timer);
}

/** The lease without its owner, and with an end: `ms` from now. */
export async function standFor(run: string, ms: number): Promise<void> {
  await rewrite(run, record => ({ ...record, holder: undefined, expiresAt: new Date(Date.now() + ms).toISOString() }));
}

async function rewrite(run: string, change: (record: LeaseRecord) => LeaseRecord): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const there = await leaseOf(swarmStore, run);
    if (!there) throw new Error("it is gone");
    if (await swarmStore.replace(there, change(there.record))) return;
  }
  throw new Error("lease update kept conflicting (3 attempts)");
}
