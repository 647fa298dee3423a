// Creates, recognizes and releases the run's lease in the store.
import { isSameProcess } from "../lib/process/index.ts";
import {
  describeHolder,
  foreignConfigMessage,
  isLease,
  isLeaseActive,
  leaseName,
  leaseOf,
  MAX_CREATE_ATTEMPTS,
  type CoordinationStore,
  type KeycloakKind,
  type LeaseRecord,
  type StoredRecord,
} from "../lib/coordination/index.ts";
import { RunExistsError, type AcquireHost, type LeaseAttempt } from "./request.ts";

/** Creates the lease. Replaces one that is no longer active. Throws RunExistsError. */
export async function createLease(host: AcquireHost, attempt: LeaseAttempt, keycloak: KeycloakKind): Promise<void> {
  const name = leaseName(attempt.run);
  const now = host.now();
  const record = recordOf(attempt, keycloak, now);
  for (let tries = 1; ; tries++) {
    if (await host.store.create(name, record)) return;
    const existing = (await host.store.list()).find(each => each.name === name);
    if (!existing && tries === MAX_CREATE_ATTEMPTS) throw new RunExistsError(foreignConfigMessage(name));
    if (!existing) continue; // removed between the two calls
    if (!isLease(existing)) throw new RunExistsError(`config ${name} on the swarm is not a lease`);
    const isOwn = isOwnLease(existing.record, attempt);
    if (!isOwn) await refuseActive(host, existing, now);
    // An own lease of an earlier attempt keeps its queue position; a dead holder's queue position isn't inherited.
    if (!(await host.store.replace(existing, record))) continue;
    if (isOwn && existing.record.keycloak === keycloak) return;
    await host.store.remove(existing);
  }
}

async function refuseActive({ liveness }: AcquireHost, { record }: StoredRecord<LeaseRecord>, now: number) {
  if (!(await isLeaseActive(record, now, liveness))) return;
  throw new RunExistsError(
    `a run with this identity is active: ${record.run}, since ${record.acquiredAt}, ${describeHolder(record)}`,
  );
}

function recordOf(attempt: LeaseAttempt, keycloak: KeycloakKind, now: number): LeaseRecord {
  const { run, domains, acquiredAt, duration, holder } = attempt;
  const expiresAt = new Date(now + duration).toISOString();
  const timed: LeaseRecord = { format: 1, kind: "run", run, keycloak, domains: [...domains], acquiredAt, expiresAt };
  return holder ? { ...timed, holder } : timed;
}

export function isOwnLease({ run, holder, acquiredAt }: LeaseRecord, attempt: LeaseAttempt): boolean {
  if (run !== attempt.run) return false;
  if (holder && attempt.holder) return isSameProcess(holder, attempt.holder);
  return holder === attempt.holder && acquiredAt === attempt.acquiredAt;
}

/** Keeps another process's lease of the same run: it may have replaced ours. */
export async function releaseOwnLease(store: CoordinationStore, attempt: LeaseAttempt): Promise<void> {
  const existing = await leaseOf(store, attempt.run);
  if (existing && isOwnLease(existing.record, attempt)) await store.remove(existing);
}

/** Releases the run's lease. Absent is success. */
export async function releaseLease(store: CoordinationStore, run: string): Promise<void> {
  const existing = await leaseOf(store, run);
  if (existing) await store.remove(existing);
}
