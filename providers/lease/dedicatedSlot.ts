// Dedicated Keycloaks are granted in lease order: the first `dedicatedLimit` active leases have a slot.
import {
  isLease,
  isLeaseActive,
  isMaintenance,
  isMaintenanceOver,
  type LeaseRecord,
  type StoredRecord,
} from "../lib/coordination/index.ts";
import { isOwnLease } from "./leaseRecord.ts";
import { POLL_INTERVAL, UnavailableError, WAIT_LIMITS, type AcquireHost, type LeaseAttempt } from "./request.ts";

/** Bytes that a Keycloak with its database needs. */
export const MIN_MEMORY = 1.5 * 1024 ** 3;

/**
 * Waits until the run's lease has a slot and enough memory is available. False if the warm Keycloak recovers first.
 * Throws UnavailableError after 15 minutes.
 */
export async function waitForDedicatedSlot(host: AcquireHost, attempt: LeaseAttempt): Promise<boolean> {
  let logged = "";
  for (const start = host.monotonicNow(); ; await host.sleep(POLL_INTERVAL)) {
    const reason = slotMissing(attempt, await earlierLeases(host, attempt)) ?? memoryMissing(await host.memory());
    if (reason === undefined) return true;
    if (host.monotonicNow() - start >= WAIT_LIMITS.dedicated)
      throw new UnavailableError(`no dedicated Keycloak after ${WAIT_LIMITS.dedicated / 60_000} minutes: ${reason}`);
    if (logged !== reason) host.log(`waiting: ${reason}`);
    logged = reason;
    if (attempt.mode === "auto" && (await isWarmBack(host, attempt))) return false;
  }
}

function slotMissing({ dedicatedLimit }: LeaseAttempt, earlier: readonly LeaseRecord[]): string | undefined {
  if (earlier.length < dedicatedLimit) return undefined;
  if (dedicatedLimit === 0) return "hearth:dedicatedLimit is 0";
  const runs = earlier.map(({ run }) => run).join(", ");
  const verb = earlier.length === 1 ? "has" : "have";
  return `${runs} ${verb} a dedicated Keycloak, and hearth:dedicatedLimit is ${dedicatedLimit}`;
}

function memoryMissing(available: number): string | undefined {
  if (available >= MIN_MEMORY) return undefined;
  const gigabytes = (available / 1024 ** 3).toFixed(1);
  return `only ${gigabytes} GB of memory are available, and a Keycloak needs ${MIN_MEMORY / 1024 ** 3}`;
}

async function isWarmBack(host: AcquireHost, { keycloak }: LeaseAttempt): Promise<boolean> {
  const records = await host.store.list();
  const found = records.filter(isMaintenance).find(({ record }) => record.domain === keycloak);
  if (found && !(await isMaintenanceOver(host, found.record))) return false;
  return (await host.observe()).state === "up";
}

/** Active leases with a dedicated Keycloak that are older than this run's. */
async function earlierLeases({ store, liveness, now }: AcquireHost, attempt: LeaseAttempt): Promise<LeaseRecord[]> {
  const leases = (await store.list()).filter(isLease).filter(({ record }) => record.keycloak === "dedicated");
  const own = leases.find(({ record }) => isOwnLease(record, attempt));
  if (!own) throw new UnavailableError(`the lease of ${attempt.run} was removed meanwhile`);
  const earlier = leases.filter(each => isEarlier(each, own)).map(({ record }) => record);
  const active = await Promise.all(earlier.map(each => isLeaseActive(each, now(), liveness)));
  return earlier.filter((_, at) => active[at]);
}

function isEarlier(a: StoredRecord, b: StoredRecord): boolean {
  return a.created < b.created || (a.created === b.created && a.id < b.id);
}
