// A kept app's way to its upgrade: maintenance first, so that no run begins any more; then the runs that live are waited for.
import { isSameProcess } from "../process/index.ts";
import {
  MAX_CREATE_ATTEMPTS,
  foreignConfigMessage,
  isLease,
  isMaintenance,
  MAINTENANCE_NAME,
  type CoordinationStore,
  type CoordinationHost,
  type StoredRecord,
  type LeaseRecord,
  type MaintenanceRecord,
} from "./coordinationStore.ts";
import { describeHolder, isLeaseActive } from "./liveness.ts";

export type MaintenanceRequest = Pick<MaintenanceRecord, "app" | "domain" | "what" | "holder" | "stateDir">;

/** The app is in use past the limit; maintenance is taken away again, and nothing has changed. */
export class InUseError extends Error {
  override readonly name = "InUseError";
}

/** Milliseconds that a kept app waits for runs to end. */
export const DRAIN_LIMIT = 30 * 60_000;

const PAUSE = 1_000;

/** Resolves with maintenance up and no living lease on the app. Throws InUseError after `limit` ms, with maintenance taken away. */
export async function drain(host: CoordinationHost, work: MaintenanceRequest, limit = DRAIN_LIMIT): Promise<void> {
  const start = host.now();
  let told = "";
  try {
    for (; ; await host.sleep(PAUSE)) {
      const why = (await claimMaintenance(host, work)) ?? (await inUse(host, work));
      if (why === undefined) return;
      if (host.now() - start >= limit)
        throw new InUseError(`still in use after ${Math.round(limit / 60_000)} minutes: ${why}`);
      if (told !== why) host.say(`waiting: ${why}`);
      told = why;
    }
  } catch (error) {
    await releaseMaintenance(host.store, work);
    throw error;
  }
}

/** Maintenance up as this process's, without waiting for anybody; else why it can't be: undefined is success. Re-entrant. */
export async function claimMaintenance(host: CoordinationHost, work: MaintenanceRequest): Promise<string | undefined> {
  const record: MaintenanceRecord = {
    format: 1,
    kind: "maintenance",
    ...work,
    startedAt: new Date(host.now()).toISOString(),
  };
  for (let tries = 1; ; tries++) {
    if (await host.store.create(MAINTENANCE_NAME, record)) return undefined;
    const there = (await host.store.list()).find(isMaintenance);
    if (!there && tries === MAX_CREATE_ATTEMPTS) throw new Error(foreignConfigMessage(MAINTENANCE_NAME));
    if (!there) continue; // gone between the two calls
    const { holder, app, what, startedAt: since, domain, stale: over } = there.record;
    if (over) {
      await host.store.remove(there);
      continue;
    }
    const own = isSameProcess(holder, work.holder);
    if (own && domain === work.domain) return undefined;
    const free =
      own ||
      ((await host.liveness(holder)) === "dead" && (domain === work.domain || (await host.isStale(there.record))));
    if (!free) return `${app} is in maintenance (${what}) since ${since}, by pid ${holder.pid} on ${holder.host}`;
    if (await host.store.replace(there, record)) return undefined;
  }
}

/** Takes the app's maintenance off the board, if it is this process's. Absent is success. */
export async function releaseMaintenance(
  store: CoordinationStore,
  { domain, holder }: Pick<MaintenanceRequest, "domain" | "holder">,
): Promise<void> {
  const there = (await store.list()).find(isMaintenance);
  if (there && there.record.domain === domain && isSameProcess(there.record.holder, holder)) await store.remove(there);
}

/** For whom it waits, and since when; undefined: for nobody. */
async function inUse(
  { store, liveness, now }: CoordinationHost,
  { app }: MaintenanceRequest,
): Promise<string | undefined> {
  const leases = (await store.list())
    .filter(isLease)
    .filter(({ record }) => app !== "keycloak" || record.keycloak === "warm");
  const living = await Promise.all(leases.map(each => isLeaseActive(each.record, now(), liveness)));
  const users = leases.filter((_, at) => living[at]).toSorted(bySince);
  if (users.length === 0) return undefined;
  return `in use by ${users.map(({ record }) => `${record.run} (since ${record.acquiredAt}, ${describeHolder(record)})`).join(", ")}`;
}

const bySince = (a: StoredRecord<LeaseRecord>, b: StoredRecord<LeaseRecord>): number =>
  a.record.acquiredAt.localeCompare(b.record.acquiredAt);
