// The store of leases and maintenance: a name can be created once, and a record changes by compare-and-swap.
import { type Config, configsWith, createConfig, relabelConfig, removeConfig } from "../docker/index.ts";
import { type Liveness, type ProcessIdentity } from "../process/index.ts";
import { coordinationRecord, type CoordinationRecord, type LeaseRecord, type MaintenanceRecord } from "./records.ts";

/** A record as it is stored. */
export interface StoredRecord<R extends CoordinationRecord = CoordinationRecord> {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly version: number;
  readonly record: R;
}

export interface CoordinationStore {
  /** Creates `record` under `name`; false if the name is taken. */
  create(name: string, record: CoordinationRecord): Promise<boolean>;
  /** Every record. Throws UnreadableRecordError. */
  list(): Promise<StoredRecord[]>;
  /** Replaces the record, unless it was changed or removed since it was read. */
  replace(stored: StoredRecord, record: CoordinationRecord): Promise<boolean>;
  /** Removes exactly this one. Absent is success. */
  remove(stored: Pick<StoredRecord, "id" | "name">): Promise<void>;
}

/** The store, clocks and processes that runs and warm apps use to coordinate. */
export interface CoordinationHost {
  readonly store: CoordinationStore;
  /** Milliseconds since 1970: for timestamps and expiry. */
  now(): number;
  /** Milliseconds on a clock that setting the system's time doesn't move: for waits. */
  monotonicNow(): number;
  sleep(ms: number): Promise<void>;
  log(line: string): void;
  liveness(holder: ProcessIdentity): Promise<Liveness>;
  /** Whether no operation is open that the maintenance of a dead holder belongs to. */
  isStale(maintenance: MaintenanceRecord): Promise<boolean>;
}

export const MAINTENANCE_NAME = "hearth-maintenance";

/** Attempts before a name conflict counts as foreign. */
export const MAX_CREATE_ATTEMPTS = 20;

export function foreignConfigMessage(name: string): string {
  return `the swarm has a config ${name} that hearth didn't create: remove it (docker config rm ${name})`;
}

/** The name of a run's lease: its hex alone is distinct across recipes. */
export function leaseName(run: string): string {
  return `hearth-run-${run.slice(-6)}`;
}

/** The label that holds the record, and marks a config as hearth's. */
export const LABEL = "hearth.record";

/** A record that this hearth can't read, for example a newer one's, which must not be ignored. */
export class UnreadableRecordError extends Error {
  override readonly name = "UnreadableRecordError";
}

/** Swarm's config objects: every manager sees the same, in the order of raft. */
export const swarmStore: CoordinationStore = {
  create: (name, record) => createConfig(name, { [LABEL]: JSON.stringify(record) }),
  list: async () => (await configsWith(LABEL)).map(read),
  replace: ({ id, name, version }, record) =>
    relabelConfig({ id, name, version, labels: {}, created: "" }, { [LABEL]: JSON.stringify(record) }),
  remove: removeConfig,
};

function read({ id, name, labels, created, version }: Config): StoredRecord {
  const parsed = coordinationRecord.safeParse(json(labels[LABEL] ?? ""));
  if (!parsed.success)
    throw new UnreadableRecordError(
      `config ${name} on the swarm has a format that this hearth can't read: ${parsed.error.issues[0]?.message}`,
    );
  return { id, name, created, version, record: parsed.data };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isLease = (stored: StoredRecord): stored is StoredRecord<LeaseRecord> => stored.record.kind === "run";
export const isMaintenance = (stored: StoredRecord): stored is StoredRecord<MaintenanceRecord> =>
  stored.record.kind === "maintenance";

/**
 * Removes the maintenance of a dead holder. Marks it first, because a process that takes it over keeps its id. False if
 * another process did that, or changed it otherwise.
 */
export async function removeStaleMaintenance(
  store: CoordinationStore,
  stored: StoredRecord<MaintenanceRecord>,
): Promise<boolean> {
  if (!stored.record.stale && !(await store.replace(stored, { ...stored.record, stale: true }))) return false;
  await store.remove(stored);
  return true;
}

/** The lease of `run`; undefined if it has none. */
export async function leaseOf(store: CoordinationStore, run: string): Promise<StoredRecord<LeaseRecord> | undefined> {
  return (await store.list()).filter(isLease).find(({ record }) => record.run === run);
}
