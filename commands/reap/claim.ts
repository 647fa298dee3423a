// The reaper holds a run's lease while it removes the run: a run with the same identity, or a drain, sees it.
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

/** Takes the lease; undefined if it changed since it was observed: then nothing may be removed. */
export async function claim(
  store: CoordinationStore,
  plan: Plan,
  holder: ProcessIdentity,
  now: number,
): Promise<StoredRecord<LeaseRecord> | undefined> {
  const there = await leaseOf(store, plan.run);
  if (there && (there.id !== plan.lease?.id || there.version !== plan.lease.version)) return undefined;
  const expiresAt = new Date(now + LEASE_DURATION).toISOString();
  const got = there
    ? await store.replace(there, { ...there.record, holder, expiresAt })
    : await store.create(leaseName(plan.run), { ...(plan.lease?.record ?? noteOf(plan, now)), holder, expiresAt });
  if (!got) return undefined;
  const own = await leaseOf(store, plan.run);
  return own?.record.holder && isSameProcess(own.record.holder, holder) ? own : undefined;
}

/** Returns the lease as it was: over. An orphan keeps its new lease, which may be all that proves who owns the rest. */
export async function returnLease(
  store: CoordinationStore,
  claimed: StoredRecord<LeaseRecord>,
  plan: Plan,
  now: number,
): Promise<void> {
  const { holder: _, ...record } = claimed.record;
  await store.replace(claimed, plan.lease?.record ?? { ...record, expiresAt: new Date(now).toISOString() });
}

function noteOf({ run, domains, parts }: Plan, now: number): LeaseRecord {
  const since = new Date(now).toISOString();
  const keycloak = parts.some(({ kind }) => kind === "realm") ? "warm" : "none";
  return { format: 1, kind: "run", run, keycloak, domains: [...domains], acquiredAt: since, expiresAt: since };
}
