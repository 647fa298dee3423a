// The board on which runs and kept apps read of each other: leases and maintenance, as Swarm's config objects.
import { z } from "zod";
import { type Liveness, processIdentity, type ProcessIdentity } from "../process/index.ts";
import { type Config, configsWith, createConfig, relabelConfig, removeConfig } from "../docker/index.ts";

const format = z.literal(1);
const moment = z.iso.datetime();

/** The sign that a run is in flight. */
export const lease = z.object({
  format,
  kind: z.literal("run"),
  /** `<recipe>-<hex>` */
  run: z.string().min(1),
  /** The Keycloak it uses: the kept one, which then isn't touched, one of its own, or none. */
  keycloak: z.enum(["warm", "dedicated", "none"]),
  /** The domains it may deploy at: whatever runs there is the run's. */
  domains: z.array(z.string()),
  acquiredAt: moment,
  /** Its end, unless it is renewed, or its owner is proved to live. */
  expiresAt: moment,
  /** Held by this process; absent: timed. */
  holder: processIdentity.optional(),
});

/** The sign that a kept app is about to be changed, or is being changed: no run may begin on it. */
export const maintenance = z.object({
  format,
  kind: z.literal("maintenance"),
  /** The app's recipe, and where it is deployed. */
  app: z.string().min(1),
  domain: z.string().min(1),
  /** What is done, in words: `10.7.1+26.4.0 → 10.8.0+26.5.0`. */
  what: z.string(),
  startedAt: moment,
  holder: processIdentity,
  /** hearth's directory on the owner's host: the journal there says whether the operation is over. */
  stateDir: z.string(),
  /** Found left over by a dead owner: from now on it is only removed, and never taken over. */
  stale: z.literal(true).optional(),
});

export type LeaseRecord = z.infer<typeof lease>;
export type MaintenanceRecord = z.infer<typeof maintenance>;
export type CoordinationRecord = LeaseRecord | MaintenanceRecord;

/** A note as it hangs there. */
export interface StoredRecord<N extends CoordinationRecord = CoordinationRecord> {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly version: number;
  readonly record: N;
}

export interface CoordinationStore {
  /** Hangs it up under `name`; false where that name is taken. */
  create(name: string, record: CoordinationRecord): Promise<boolean>;
  list(): Promise<StoredRecord[]>;
  /** Another text in its place, if nobody changed or removed it since it was read. */
  replace(entry: StoredRecord, record: CoordinationRecord): Promise<boolean>;
  /** Exactly this one. Absent is success. */
  remove(entry: Pick<StoredRecord, "id" | "name">): Promise<void>;
}

/** What either side of the board needs beside it; times in milliseconds. */
export interface CoordinationHost {
  readonly store: CoordinationStore;
  now(): number;
  sleep(ms: number): Promise<void>;
  say(line: string): void;
  liveness(holder: ProcessIdentity): Promise<Liveness>;
  /** Whether a maintenance whose owner is dead is over: no operation is open that it belongs to. */
  isStale(maintenance: MaintenanceRecord): Promise<boolean>;
}

export const MAINTENANCE_NAME = "hearth-maintenance";

/** So often a name is taken, and nothing of the board's bears it: then it is no race any more. */
export const MAX_CREATE_ATTEMPTS = 20;

export function foreignConfigMessage(name: string): string {
  return `the swarm has a config called ${name} that isn't hearth's: remove it (docker config rm ${name})`;
}

/** The name of a run's lease: from its hex alone, which is distinct across recipes too. */
export function leaseName(run: string): string {
  return `hearth-run-${run.slice(-6)}`;
}

/** The label that holds the note, and marks the object as one of the board's. */
export const LABEL = "hearth.record";

const anyNote = z.discriminatedUnion("kind", [lease, maintenance]);

/** What hangs there and isn't understood: a newer hearth's, which must not be overlooked. */
export class UnreadableRecordError extends Error {
  override readonly name = "UnreadableRecordError";
}

export const swarmStore: CoordinationStore = {
  create: (name, text) => createConfig(name, { [LABEL]: JSON.stringify(text) }),
  list: async () => (await configsWith(LABEL)).map(read),
  replace: ({ id, name, version }, text) =>
    relabelConfig({ id, name, version, labels: {}, created: "" }, { [LABEL]: JSON.stringify(text) }),
  remove: removeConfig,
};

function read({ id, name, labels, created, version }: Config): StoredRecord {
  const parsed = anyNote.safeParse(json(labels[LABEL] ?? ""));
  if (!parsed.success)
    throw new UnreadableRecordError(
      `the swarm's config ${name} isn't written as this hearth writes them: ${parsed.error.issues[0]?.message}`,
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

export const isLease = (entry: StoredRecord): entry is StoredRecord<LeaseRecord> => entry.record.kind === "run";
export const isMaintenance = (entry: StoredRecord): entry is StoredRecord<MaintenanceRecord> =>
  entry.record.kind === "maintenance";

/**
 * Takes away maintenance that a dead owner left over. Marked first, as whoever takes it over instead keeps its id; false where somebody
 * has done that, or has changed it otherwise.
 */
export async function removeStaleMaintenance(
  store: CoordinationStore,
  found: StoredRecord<MaintenanceRecord>,
): Promise<boolean> {
  if (!found.record.stale && !(await store.replace(found, { ...found.record, stale: true }))) return false;
  await store.remove(found);
  return true;
}

/** The lease of `run`; undefined where it has none. */
export async function leaseOf(store: CoordinationStore, run: string): Promise<StoredRecord<LeaseRecord> | undefined> {
  return (await store.list()).filter(isLease).find(({ record }) => record.run === run);
}
