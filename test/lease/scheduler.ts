// A deterministic scheduler: each process stops at every call and every sleep until the spec resumes it.
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { Liveness, ProcessIdentity } from "../../providers/lib/process/identity.ts";
import {
  isLease,
  isMaintenance,
  type CoordinationStore,
  type StoredRecord,
} from "../../providers/lib/coordination/coordinationStore.ts";
import { type LeaseRecord, type MaintenanceRecord } from "../../providers/lib/coordination/records.ts";
import { bare, fakeStore, type FakeStore } from "../lib/coordination/fakeStore.ts";

/** Start of every scheduler's clock. */
export const START = Date.parse("2026-01-01T00:00:00Z");
export const MINUTE = 60_000;

/** ISO, `ms` after the clock began. */
export const after = (ms: number): string => new Date(START + ms).toISOString();

/** A process, which runs only when it is resumed. */
export interface Side {
  readonly name: string;
  readonly holder: ProcessIdentity;
  readonly store: CoordinationStore;
  /** Its liveness as others see it. */
  liveness: Liveness;
  /** It was killed. */
  dead: boolean;
  readonly logged: string[];
  /** The calls that it made so far: `put hearth-run-000001`, `all`, `sleep`, … */
  readonly did: string[];
  /** Its next call; undefined if it ended, died, or hasn't begun. */
  next(): string | undefined;
  /** When it wakes; undefined if it doesn't sleep. */
  wakes(): number | undefined;
  log(line: string): void;
  sleep(ms: number): Promise<void>;
  /** A further point to stop at. */
  point(what: string): Promise<void>;
  /** Runs it to its next stop. */
  step(): Promise<void>;
  /** Runs it alone until its next call begins with `what`. */
  until(what: string): Promise<void>;
  /** Runs it alone to its end. */
  end(): Promise<void>;
  die(): void;
}

export interface Stage {
  readonly store: FakeStore;
  now(): number;
  /** Advances the clock by `ms`; no process runs. */
  wait(ms: number): void;
  liveness(holder: ProcessIdentity): Promise<Liveness>;
  side(name: string): Side;
  entries(): StoredRecord[];
  /** The records that this process wrote; a timed lease doesn't name it. */
  entriesOf(side: Side): StoredRecord[];
  leases(): LeaseRecord[];
  maintenance(): MaintenanceRecord | undefined;
  /** Steps the processes until all have ended or `until` holds. The clock moves if all sleep or a sleeper is chosen. */
  play(options?: { choose?: Choose; until?: () => boolean }): Promise<void>;
}

/** Chooses a process to resume: one that is ready, or the sleeper that wakes next. One of the two exists. */
export type Choose = (ready: readonly Side[], sleeper: Side | undefined) => Side;

/** Steps after which a schedule counts as endless. */
const ENDLESS = 200_000;

export function newStage(): Stage {
  let clock = START;
  const sides: Side[] = [];
  const store = fakeStore(() => clock);

  function newSide(name: string): Side {
    let parked: { what: string; wake: number | undefined; go: () => void } | undefined;
    const holder = { host: "ci", boot: "b", pidns: "n", pid: sides.length + 1, started: 1 };
    const stop = (what: string, wake?: number) =>
      new Promise<void>(go => {
        assert.equal(parked, undefined, `${name} does two things at once`);
        if (!own.dead) parked = { what, wake, go };
      });
    const own: Omit<Side, "store"> = {
      name,
      holder,
      liveness: "alive",
      dead: false,
      logged: [],
      did: [],
      next: () => parked?.what,
      wakes: () => parked?.wake,
      log: line => void own.logged.push(line),
      sleep: ms => stop("sleep", clock + ms),
      point: what => stop(what),
      async step() {
        await turn();
        const from = parked;
        assert.ok(from, `${name} has nothing to do`);
        parked = undefined;
        own.did.push(from.what);
        clock = Math.max(clock, from.wake ?? clock);
        from.go();
        await turn();
      },
      async until(what) {
        await turn();
        while (!isAt(own, what)) {
          assert.ok(
            own.next() !== undefined && own.did.length < ENDLESS,
            `${name} never came to ${what}, but did ${own.did.slice(-9).join(", ")}`,
          );
          await own.step();
        }
      },
      async end() {
        for (await turn(); own.next() !== undefined; await own.step())
          assert.ok(own.did.length < ENDLESS, `${name} never ends`);
      },
      die() {
        own.dead = true;
        if (own.liveness === "alive") own.liveness = "dead";
        parked = undefined;
      },
    };
    const made: Side = Object.assign(own, { store: {} as CoordinationStore });
    Object.assign(made.store, store.of(made));
    sides.push(made);
    return made;
  }

  const stage: Stage = {
    store,
    now: () => clock,
    wait: ms => void (clock += ms),
    liveness: async ({ pid }) => sides[pid - 1]?.liveness ?? "dead",
    side: newSide,
    entries: () => store.all().map(bare),
    entriesOf: side => store.all().filter(({ by }) => by === side),
    leases: () =>
      stage
        .entries()
        .filter(isLease)
        .map(({ record }) => record),
    maintenance: () => stage.entries().find(isMaintenance)?.record,
    async play({ choose = inTurn(), until = () => false } = {}) {
      await turn();
      for (let steps = 0; !until(); steps += 1) {
        assert.ok(steps < ENDLESS, "it never ends");
        const could = sides.filter(each => each.next() !== undefined);
        if (could.length === 0) return;
        const ready = could.filter(each => (each.wakes() ?? clock) <= clock);
        const [sleeper] = could.filter(each => !ready.includes(each)).toSorted((a, b) => a.wakes()! - b.wakes()!);
        await choose(ready, sleeper).step();
      }
    },
  };
  return stage;
}

const isAt = (side: Pick<Side, "next">, what: string): boolean => side.next()?.startsWith(what) ?? false;

/** The process that waited longest; a sleeper only if no other is ready. */
function inTurn(): Choose {
  const last = new Map<Side, number>();
  let steps = 0;
  return (ready, sleeper) => {
    const chosen = ready.toSorted((a, b) => (last.get(a) ?? 0) - (last.get(b) ?? 0))[0] ?? sleeper!;
    last.set(chosen, (steps += 1));
    return chosen;
  };
}
