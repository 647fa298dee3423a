// A coordination store in memory: unique names, compare-and-swap, removal by id.
import { z } from "zod";
import { type CoordinationStore, type StoredRecord } from "../../../providers/lib/coordination/coordinationStore.ts";
import { lease, maintenance, type CoordinationRecord } from "../../../providers/lib/coordination/records.ts";
import type { Side } from "../../lease/scheduler.ts";

/** An entry, and whose it is in truth: a timed lease doesn't say. */
export type Held = StoredRecord & { readonly by: Side };

export interface FakeBoard {
  /** As that process sees it, which stops at each call. */
  of(by: Side): CoordinationStore;
  all(): readonly Held[];
  /** Told of each entry that is replaced or removed, before it is. */
  watch: (by: Side, gone: Held) => void;
}

const schema = z.discriminatedUnion("kind", [lease, maintenance]);

/** `now`: ms since 1970. */
export function fakeBoard(now: () => number): FakeBoard {
  let held: Held[] = [];
  /** Of the latest entry, and of the latest change: both only grow. */
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

  const store: FakeBoard = { of, all: () => held, watch: () => undefined };
  return store;
}

/** Without whose it is, and nobody else's to change. */
export const bare = ({ id, name, created, version, record }: Held): StoredRecord =>
  structuredClone({ id, name, created, version, record });

/** As Swarm keeps it: a text that is read again. */
function written(record: CoordinationRecord): CoordinationRecord {
  return schema.parse(JSON.parse(JSON.stringify(record)));
}
