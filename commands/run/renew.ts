// Keeps a run's lease alive while its command runs, and leaves it with an end where the run is to stand on for a while.
import { leaseOf, swarmBoard, type LeaseNote } from "../../providers/lib/coordination/coordinationStore.ts";
import { HELD, RENEW } from "../../providers/lib/coordination/liveness.ts";
import { asError } from "../common/errors.ts";

/** Renews every `every` ms until the function that it gives back is called. A renewal that fails is told, and tried again. */
export function renewing(run: string, every = RENEW): () => void {
  const renew = () =>
    rewrite(run, note => ({ ...note, until: new Date(Date.now() + HELD).toISOString() })).catch((error: unknown) =>
      console.error(`hearth: warning: the lease of ${run} couldn't be renewed: ${asError(error).message}`),
    );
  const timer = setInterval(() => void renew(), every);
  return () => clearInterval(timer);
}

/** The lease without its owner, and with an end: `ms` from now. */
export async function standFor(run: string, ms: number): Promise<void> {
  await rewrite(run, note => ({ ...note, owner: undefined, until: new Date(Date.now() + ms).toISOString() }));
}

async function rewrite(run: string, change: (note: LeaseNote) => LeaseNote): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const there = await leaseOf(swarmBoard, run);
    if (!there) throw new Error("it is gone");
    if (await swarmBoard.rewrite(there, change(there.note))) return;
  }
  throw new Error("somebody else changes it all the time");
}
