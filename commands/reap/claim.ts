// Holds a run's lease while the reaper removes the run, so that a run with the same identity, or a drain, sees it.
import { isSameProcess, type ProcessIdentity } from "../../providers/lib/process/index.ts";
import {
  type CoordinationStore,
  LEASE_DURATION,
  leaseName,
  leaseOf,
  type LeaseRecord,
  type StoredRecord,
} from "../../providers/lib/coordination/index.ts";
import type { Plan } from "./plan.ts";

/** Acquires the lease; undefined if it changed since it was observed: then nothing may be removed. */
export async function claim(
  store: CoordinationStore,
  plan: Plan,
  holder: ProcessIdentity,
  now: number,
): Promise<StoredRecord<LeaseRecord> | undefined> {
  const existing = await leaseOf(store, plan.run);
  if (existing && (existing.id !== plan.lease?.id || existing.version !== plan.lease.version)) return undefined;
  const expiresAt = new Date(now + LEASE_DURATION).toISOString();
  const claimed = existing
    ? await store.replace(existing, { ...existing.record, holder, expiresAt })
    : await store.create(leaseName(plan.run), { ...(plan.lease?.record ?? recordOf(plan, now)), holder, expiresAt });
  if (!claimed) return undefined;
  const own = await leaseOf(store, plan.run);
  return own?.record.holder && isSameProcess(own.record.holder, holder) ? own : undefined;
}

/** Restores the expired lease. An orphan keeps its new lease, which may be the only proof of who owns the rest. */
export async function returnLease(
  store: CoordinationStore,
  claimed: StoredRecord<LeaseRecord>,
  plan: Plan,
  now: number,
): Promise<void> {
  const { holder: _, ...record } = claimed.record;
  await store.replace(claimed, plan.lease?.record ?? { ...record, expiresAt: new Date(now).toISOString() });
}

function recordOf({ run, domains, parts }: Plan, now: number): LeaseRecord {
  const since = new Date(now).toISOString();
  const keycloak = parts.some(({ kind }) => kind === "realm") ? "warm" : "none";
  return { format: 1, kind: "run", run, keycloak, domains: [...domains], acquiredAt: since, expiresAt: since };
}
