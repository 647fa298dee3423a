// A coordination store in memory: unique names, compare-and-swap, removal by id.
import { type CoordinationStore, type StoredRecord } from "../../../providers/lib/coordination/coordinationStore.ts";
import { coordinationRecord, type CoordinationRecord } from "../../../providers/lib/coordination/records.ts";
import type { Participant } from "../../lease/scheduler.ts";

/** A record and the process that wrote it, which a timed lease doesn't name. */
export type OwnedRecord = StoredRecord & { readonly by: Participant };

export interface FakeStore {
  /** The store for one process, which pauses at each call. */
  clientOf(by: Participant): CoordinationStore;
  all(): readonly OwnedRecord[];
  /** Called before a record is replaced or removed. */
  beforeChange: (by: Participant, old: OwnedRecord) => void;
}

/** Creates an empty store; `now` returns milliseconds since 1970. */
export function createFakeStore(now: () => number): FakeStore {
  let records: OwnedRecord[] = [];
  /** Creation time of the newest record; only grows. */
  let newest = 0;
  /** Version of the latest change; only grows. */
  let index = 0;

  const clientOf = (by: Participant): CoordinationStore => ({
    async create(name, record) {
      await by.pauseAt(`create ${name}`);
      if (records.some(each => each.name === name)) return false;
      newest = Math.max(newest + 1, now());
      index += 1;
      records.push({
        id: `id-${index}`,
        name,
        created: new Date(newest).toISOString(),
        version: index,
        record: roundTrip(record),
        by,
      });
      return true;
    },
    async list() {
      await by.pauseAt("list");
      return records.map(withoutOwner).toReversed();
    },
    async replace({ id, name, version }, record) {
      await by.pauseAt(`replace ${name}`);
      const found = records.find(each => each.id === id && each.version === version);
      if (!found) return false;
      store.beforeChange(by, found);
      index += 1;
      records = records.map(each =>
        each === found ? { ...found, version: index, record: roundTrip(record), by } : each,
      );
      return true;
    },
    async remove({ id, name }) {
      await by.pauseAt(`remove ${name}`);
      const found = records.find(each => each.id === id);
      if (found) store.beforeChange(by, found);
      records = records.filter(each => each !== found);
    },
  });

  const store: FakeStore = { clientOf, all: () => records, beforeChange: () => undefined };
  return store;
}

/** A copy of the record without its writer. */
export const withoutOwner = ({ id, name, created, version, record }: OwnedRecord): StoredRecord =>
  structuredClone({ id, name, created, version, record });

/** Serializes and parses the record, as storing it in Swarm does. */
function roundTrip(record: CoordinationRecord): CoordinationRecord {
  return coordinationRecord.parse(JSON.parse(JSON.stringify(record)));
}
