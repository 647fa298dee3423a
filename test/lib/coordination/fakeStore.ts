// A coordination store in memory: unique names, compare-and-swap, removal by id.
import { z } from "zod";
import { type CoordinationStore, type StoredRecord } from "../../../providers/lib/coordination/coordinationStore.ts";
import { lease, maintenance, type CoordinationRecord } from "../../../providers/lib/coordination/records.ts";
import type { Participant } from "../../lease/scheduler.ts";

/** A record and the process that wrote it, which a timed lease doesn't name. */
export type Held = StoredRecord & { readonly by: Side };

export interface FakeStore {
  /** The store for one process, which stops at each call. */
  of(by: Side): CoordinationStore;
  all(): readonly Held[];
  /** Called before a record is replaced or removed. */
  watch: (by: Side, gone: Held) => void;
}

const schema = z.discriminatedUnion("kind", [lease, maintenance]);

/** `now`: ms since 1970. */
export function fakeStore(now: () => number): FakeStore {
  let held: Held[] = [];
  /** Creation time of the newest record, and version of the latest change: both only grow. */
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

  const store: FakeStore = { of, all: () => held, watch: () => undefined };
  return store;
}

/** A copy without the owner. */
export const bare = ({ id, name, created, version, record }: Held): StoredRecord =>
  structuredClone({ id, name, created, version, record });

/** As Swarm stores it: serialized and parsed again. */
function written(record: CoordinationRecord): CoordinationRecord {
  return schema.parse(JSON.parse(JSON.stringify(record)));
}
