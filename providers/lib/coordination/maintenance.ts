// Drains a warm app: creates maintenance first, so that no run begins on the app, then waits until no lease blocks it.
import { isSameProcess } from "../process/index.ts";
import {
  foreignConfigMessage,
  isLease,
  isMaintenance,
  MAINTENANCE_NAME,
  MAX_CREATE_ATTEMPTS,
  type CoordinationHost,
  type CoordinationStore,
  type StoredRecord,
} from "./coordinationStore.ts";
import {
  describeHolder,
  expiryAt,
  isLeaseActive,
  isMaintenanceActive,
  maintenanceEnd,
  RENEW_INTERVAL,
} from "./liveness.ts";
import { describeMaintenance, type MaintenanceRecord } from "./records.ts";
import { includesRun, type RunScope } from "./scope.ts";

/** The change, its holder, which holds the app's lock, and the runs that it concerns. */
export interface MaintenanceRequest extends Pick<
  MaintenanceRecord,
  "app" | "domain" | "what" | "blocks" | "holder" | "stateDir"
> {
  /** The runs whose leases must end first. */
  readonly blockedBy: RunScope;
}

/** The app was in use until the limit. Maintenance is released, and nothing has changed. */
export class InUseError extends Error {
  override readonly name = "InUseError";
}

/** Milliseconds that a warm app waits for leases to be released. */
export const DRAIN_LIMIT = 30 * 60_000;

const POLL_INTERVAL = 1_000;

/**
 * Resolves once this process holds maintenance and no active lease blocks the app. Throws InUseError after `limit` ms,
 * with maintenance released.
 */
export async function drain(host: CoordinationHost, request: MaintenanceRequest, limit = DRAIN_LIMIT): Promise<void> {
  const start = host.monotonicNow();
  let logged = "";
  try {
    for (; ; await host.sleep(POLL_INTERVAL)) {
      const obstacle = (await claimMaintenance(host, request)) ?? (await blockingLeases(host, request));
      if (obstacle === undefined) return;
      if (host.monotonicNow() - start >= limit)
        throw new InUseError(`still in use after ${Math.round(limit / 60_000)} minutes: ${obstacle}`);
      if (logged !== obstacle) host.log(`waiting: ${obstacle}`);
      logged = obstacle;
    }
  } catch (error) {
    await releaseMaintenance(host.store, request);
    throw error;
  }
}

/**
 * Creates maintenance for this process, or takes it over, without waiting. Returns why it can't; undefined on success.
 * Repeating it succeeds, and renews it. Needs the app's lock.
 */
export async function claimMaintenance(
  host: CoordinationHost,
  request: MaintenanceRequest,
): Promise<string | undefined> {
  const record = recordOf(request, host.now());
  for (let attempt = 1; ; attempt++) {
    if (await host.store.create(MAINTENANCE_NAME, record)) return undefined;
    const existing = (await host.store.list()).find(isMaintenance);
    if (!existing && attempt === MAX_CREATE_ATTEMPTS) throw new Error(foreignConfigMessage(MAINTENANCE_NAME));
    if (!existing) continue; // removed between the two calls
    if (existing.record.stale) {
      await host.store.remove(existing);
      continue;
    }
    const isOwn = isSameProcess(existing.record.holder, request.holder);
    if (isOwn && existing.record.domain === request.domain) {
      if (!isRenewalDue(existing.record, host.now()) || (await renew(host, existing))) return undefined;
      continue;
    }
    if (!isOwn && !(await canTakeOver(host, existing.record, request))) return describeMaintenance(existing.record);
    if (await host.store.replace(existing, record)) return undefined;
  }
}

function recordOf(request: MaintenanceRequest, now: number): MaintenanceRecord {
  const { app, domain, what, blocks, holder, stateDir } = request;
  const times = { startedAt: new Date(now).toISOString(), expiresAt: expiryAt(now) };
  return { format: 1, kind: "maintenance", app, domain, what, blocks, ...times, holder, stateDir };
}

function isRenewalDue(record: MaintenanceRecord, now: number): boolean {
  return Date.parse(maintenanceEnd(record)) <= Date.parse(expiryAt(now)) - RENEW_INTERVAL;
}

function renew({ store, now }: CoordinationHost, existing: StoredRecord<MaintenanceRecord>): Promise<boolean> {
  return store.replace(existing, { ...existing.record, expiresAt: expiryAt(now()) });
}

/**
 * Renews maintenance that this process holds. Creates it again if it is gone, or was marked stale, although `isOpen`
 * says that its operation still is. Returns whether this process holds it.
 */
export async function renewMaintenance(
  host: CoordinationHost,
  request: MaintenanceRequest,
  isOpen: () => Promise<boolean>,
): Promise<boolean> {
  for (let attempt = 1; attempt <= MAX_CREATE_ATTEMPTS; attempt++) {
    const existing = (await host.store.list()).find(isMaintenance);
    if (!existing || existing.record.stale)
      return (await isOpen()) && (await claimMaintenance(host, request)) === undefined;
    const { holder, domain } = existing.record;
    if (domain !== request.domain || !isSameProcess(holder, request.holder)) return false;
    if (await renew(host, existing)) return true;
  }
  throw new Error(`maintenance update kept conflicting (${MAX_CREATE_ATTEMPTS} attempts)`);
}

async function canTakeOver(
  host: CoordinationHost,
  existing: MaintenanceRecord,
  { domain, stateDir, holder }: MaintenanceRequest,
): Promise<boolean> {
  const isSameApp = existing.domain === domain;
  // Only one process has the app's lock: this one. Another machine has its own lock, so this one proves nothing there.
  const isSameLock = existing.stateDir === stateDir && existing.holder.boot === holder.boot;
  if (isSameApp && isSameLock) return true;
  if (await isMaintenanceActive(host, existing)) return false;
  return isSameApp || host.isStale(existing);
}

/** Removes the app's maintenance if this process holds it. Absent is success. */
export async function releaseMaintenance(
  store: CoordinationStore,
  { domain, holder }: Pick<MaintenanceRequest, "domain" | "holder">,
): Promise<void> {
  const existing = (await store.list()).find(isMaintenance);
  if (existing && existing.record.domain === domain && isSameProcess(existing.record.holder, holder))
    await store.remove(existing);
}

/** Active leases blocking the drain, with their holders; undefined if none does. */
async function blockingLeases(
  { store, liveness, now }: CoordinationHost,
  { blockedBy }: MaintenanceRequest,
): Promise<string | undefined> {
  const leases = (await store.list()).filter(isLease).map(({ record }) => record);
  const concerned = leases.filter(({ keycloak }) => includesRun(blockedBy, keycloak));
  const active = await Promise.all(concerned.map(each => isLeaseActive(each, now(), liveness)));
  const blocking = concerned
    .filter((_, at) => active[at])
    .toSorted((a, b) => a.acquiredAt.localeCompare(b.acquiredAt))
    .map(each => `${each.run} (since ${each.acquiredAt}, ${describeHolder(each)})`);
  return blocking.length === 0 ? undefined : `in use by ${blocking.join(", ")}`;
}
