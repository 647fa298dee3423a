// Creates a run's objects only under its lease. A reaper on another host can't wait for this process: it breaks
// Pulumi's lock once the lease has ended, and what is created later would stay for ever.
import { isSameProcess, type Liveness, type ProcessIdentity } from "../process/index.ts";
import { type CoordinationStore, leaseOf, swarmStore } from "./coordinationStore.ts";
import { livenessOnSwarm } from "./holder.ts";
import { describeHolder, isLeaseActive } from "./liveness.ts";
import type { LeaseRecord } from "./records.ts";
import { leaseTerms } from "./terms.ts";

/** The run has no lease that this process may work under: it was reaped, or belongs to another process. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

export interface LeaseHost {
  readonly store: CoordinationStore;
  /** The holder that the lease must have; undefined: a timed lease, which has none. */
  readonly holder: ProcessIdentity | undefined;
  now(): number;
  liveness(holder: ProcessIdentity): Promise<Liveness>;
}

/**
 * Calls `create` if the run has its lease, and `undo` if the lease was lost meanwhile, also when `create` failed.
 * Throws LeaseLostError. With a file backend only calls `create`: there the reaper waits for the locks in the run's
 * folder.
 */
export async function underLease<T>(
  run: string,
  create: () => Promise<T>,
  undo: () => Promise<unknown>,
  host: LeaseHost | undefined = isFileBackend() ? undefined : liveLeaseHost(),
): Promise<T> {
  if (!host) return create();
  const missing = await lostReason(run, host);
  if (missing !== undefined) throw new LeaseLostError(missing);
  // A query that fails proves nothing: what was created must not be forgotten.
  const lostMeanwhile = () => lostReason(run, host).catch(() => undefined);
  const created = await create().catch(async error => {
    if ((await lostMeanwhile()) !== undefined) await undo();
    throw error;
  });
  const lost = await lostMeanwhile();
  if (lost === undefined) return created;
  await undo();
  throw new LeaseLostError(lost);
}

function isFileBackend(): boolean {
  return (process.env["PULUMI_BACKEND_URL"] ?? "").startsWith("file://");
}

function liveLeaseHost(): LeaseHost {
  return { store: swarmStore, holder: leaseTerms().holder, now: Date.now, liveness: livenessOnSwarm };
}

async function lostReason(run: string, { store, holder, now, liveness }: LeaseHost): Promise<string | undefined> {
  const record = (await leaseOf(store, run))?.record;
  if (!record) return `${run} has no lease: it was removed, or never acquired one`;
  if (!hasHolder(record, holder)) return `the lease of ${run} belongs to another process: ${describeHolder(record)}`;
  if (!(await isLeaseActive(record, now(), liveness))) return `the lease of ${run} has ended (${record.expiresAt})`;
  return undefined;
}

/** A reaper that removes the run is the holder meanwhile. */
function hasHolder(record: LeaseRecord, holder: ProcessIdentity | undefined): boolean {
  if (!record.holder || !holder) return record.holder === holder;
  return isSameProcess(record.holder, holder);
}
