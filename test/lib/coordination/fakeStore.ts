// A board in memory: a name is taken by one alone, a text is replaced by compare and swap, what is removed is removed by id.
import { z } from "zod";
import {
  lease,
  maintenance,
  type Board,
  type Entry,
  type Note,
} from "../../../providers/lib/coordination/coordinationStore.ts";
import type { Side } from "../../lease/scheduler.ts";

/** An entry, and whose it is in truth: a timed lease doesn't say. */
export type Held = Entry & { readonly by: Side };

export interface FakeBoard {
  /** As that process sees it, which stops at each call. */
  of(by: Side): Board;
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

  const of = (by: Side): Board => ({
    async put(name, note) {
      await by.point(`put ${name}`);
      if (held.some(each => each.name === name)) return false;
      newest = Math.max(newest + 1, now());
      index += 1;
      held.push({
        id: `id-${index}`,
        name,
        created: new Date(newest).toISOString(),
        version: index,
        note: written(note),
        by,
      });
      return true;
    },
    async all() {
      await by.point("all");
      return held.map(bare).toReversed();
    },
    async rewrite({ id, name, version }, note) {
      await by.point(`rewrite ${name}`);
      const there = held.find(each => each.id === id && each.version === version);
      if (!there) return false;
      board.watch(by, there);
      index += 1;
      held = held.map(each => (each === there ? { ...there, version: index, note: written(note), by } : each));
      return true;
    },
    async remove({ id, name }) {
      await by.point(`remove ${name}`);
      const there = held.find(each => each.id === id);
      if (there) board.watch(by, there);
      held = held.filter(each => each !== there);
    },
  });

  const board: FakeBoard = { of, all: () => held, watch: () => undefined };
  return board;
}

/** Without whose it is, and nobody else's to change. */
export const bare = ({ id, name, created, version, note }: Held): Entry =>
  structuredClone({ id, name, created, version, note });

/** As Swarm keeps it: a text that is read again. */
function written(note: Note): Note {
  return schema.parse(JSON.parse(JSON.stringify(note)));
}
