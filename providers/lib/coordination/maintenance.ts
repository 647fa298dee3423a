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
} from "./coordinationStore.ts";
import { describeHolder, isLeaseActive } from "./liveness.ts";
import { describeMaintenance, type MaintenanceRecord } from "./records.ts";
import { includesRun, type RunScope } from "./scope.ts";

/** The change, its holder, and the runs that it concerns. */
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
 * Repeating it succeeds.
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
    if (isOwn && existing.record.domain === request.domain) return undefined;
    if (!isOwn && !(await canTakeOver(host, existing.record, request))) return describeMaintenance(existing.record);
    if (await host.store.replace(existing, record)) return undefined;
  }
}

function recordOf(request: MaintenanceRequest, now: number): MaintenanceRecord {
  const { app, domain, what, blocks, holder, stateDir } = request;
  const startedAt = new Date(now).toISOString();
  return { format: 1, kind: "maintenance", app, domain, what, blocks, startedAt, holder, stateDir };
}

async function canTakeOver(
  host: CoordinationHost,
  existing: MaintenanceRecord,
  { domain }: MaintenanceRequest,
): Promise<boolean> {
  if ((await host.liveness(existing.holder)) !== "dead") return false;
  return existing.domain === domain || host.isStale(existing);
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
