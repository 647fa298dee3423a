// Waits for maintenance to end: the run releases its lease meanwhile, then acquires it again.
import {
  describeMaintenance,
  includesRun,
  isMaintenance,
  isMaintenanceActive,
  isMaintenanceOver,
  maintenanceEnd,
  removeStaleMaintenance,
  type KeycloakKind,
  type MaintenanceRecord,
  type StoredRecord,
} from "../lib/coordination/index.ts";
import { createLease, releaseOwnLease } from "./leaseRecord.ts";
import { POLL_INTERVAL, UnavailableError, WAIT_LIMITS, type AcquireHost, type LeaseAttempt } from "./request.ts";

/**
 * Resolves once the lease exists and no maintenance blocks it, with the kind of Keycloak that it is for. Throws
 * RunExistsError, UnavailableError.
 */
export async function leaseWithoutMaintenance(
  host: AcquireHost,
  attempt: LeaseAttempt,
  preferred: KeycloakKind,
): Promise<KeycloakKind> {
  let kind = preferred;
  let logged: string | undefined;
  for (const start = host.monotonicNow(); ; await host.sleep(POLL_INTERVAL)) {
    // Check for maintenance before re-acquiring, or drain may never finish.
    const known = logged === undefined ? undefined : await blockingMaintenance(host, kind);
    if (!known) await createLease(host, attempt, kind);
    const blocking = known ?? (await blockingMaintenance(host, kind));
    if (!blocking) return kind;
    const isActive = await isMaintenanceActive(host, blocking.record);
    if (!isActive && (await isMaintenanceOver(host, blocking.record))) {
      const isRemoved = await removeStaleMaintenance(host.store, blocking);
      // Any later holder sees our lease; one that renewed it after its expiry doesn't.
      if (known || !isRemoved) continue;
      return kind;
    }
    if (!known) await releaseOwnLease(host.store, attempt);
    const description = describeMaintenance(blocking.record);
    if (!isActive || host.monotonicNow() - start >= WAIT_LIMITS.maintenance) {
      kind = giveUpWaiting(host, attempt, blocking.record, await whyOver(host, blocking.record, isActive));
    } else if (logged !== description) {
      host.log(`waiting: ${description}`);
      logged = description;
    }
  }
}

/** A dedicated Keycloak avoids maintenance of the warm one; maintenance of an ingress blocks every run. */
function giveUpWaiting(
  host: AcquireHost,
  { mode }: LeaseAttempt,
  record: MaintenanceRecord,
  why: string,
): KeycloakKind {
  const reason = `${describeMaintenance(record)}${why}`;
  if (mode !== "auto" || includesRun(record.blocks, "dedicated")) throw new UnavailableError(reason);
  host.log(`${reason}; the run gets a dedicated Keycloak`);
  return "dedicated";
}

/** Completes the maintenance's description. */
async function whyOver({ liveness }: AcquireHost, record: MaintenanceRecord, isActive: boolean): Promise<string> {
  if (isActive) return `: not over after ${WAIT_LIMITS.maintenance / 60_000} minutes`;
  if ((await liveness(record.holder)) === "dead") return ", which is dead";
  return `, which wasn't renewed until ${maintenanceEnd(record)}`;
}

/** The maintenance that blocks a run with this kind of Keycloak. */
async function blockingMaintenance(
  { store }: AcquireHost,
  kind: KeycloakKind,
): Promise<StoredRecord<MaintenanceRecord> | undefined> {
  return (await store.list()).filter(isMaintenance).find(({ record }) => includesRun(record.blocks, kind));
}
