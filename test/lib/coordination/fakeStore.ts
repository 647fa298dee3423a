// A coordination store in memory: unique names, compare-and-swap, removal by id.
import { z } from "zod";
import { type CoordinationStore, type StoredRecord } from "../../../providers/lib/coordination/coordinationStore.ts";
import { lease, maintenance, type CoordinationRecord } from "../../../providers/lib/coordination/records.ts";
import type { Side } from "../../lease/scheduler.ts";

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
  let index = 0;

  const of = (by: Side): CoordinationStore => ({
    async create(name, record) {
      await by.point(`put ${name}`);
      if (held.some(each => each.name === name)) return false;
      newest = Math.max(newest + 1, now());
      index += 1;
      held.push({
        id: `id-${index}`,
        name,
        created: new Date(newest).toISOString(),
        version: index,
        record: written(record),
        by,
      });
      return true;
    },
    async list() {
      await by.point("all");
      return held.map(bare).toReversed();
    },
    async replace({ id, name, version }, record) {
      await by.point(`rewrite ${name}`);
      const there = held.find(each => each.id === id && each.version === version);
      if (!there) return false;
      store.watch(by, there);
      index += 1;
      held = held.map(each => (each === there ? { ...there, version: index, record: written(record), by } : each));
      return true;
    },
    async remove({ id, name }) {
      await by.point(`remove ${name}`);
      const there = held.find(each => each.id === id);
      if (there) store.watch(by, there);
      held = held.filter(each => each !== there);
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
