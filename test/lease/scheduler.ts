// A deterministic scheduler: each process pauses at every call and every sleep until the spec resumes it.
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
import { withoutOwner, createFakeStore, type FakeStore } from "../lib/coordination/fakeStore.ts";

/** Initial time of every scheduler's clock. */
export const START = Date.parse("2026-01-01T00:00:00Z");
export const MINUTE = 60_000;

/** The ISO time `ms` after `START`. */
export const after = (ms: number): string => new Date(START + ms).toISOString();

/** A process that runs only when the scheduler resumes it. */
export interface Participant {
  readonly name: string;
  readonly holder: ProcessIdentity;
  readonly store: CoordinationStore;
  /** Its liveness as seen by other processes. */
  liveness: Liveness;
  /** Whether it was killed. */
  dead: boolean;
  readonly logged: string[];
  /** Calls made so far: `create hearth-run-000001`, `list`, `sleep`, … */
  readonly calls: string[];
  /** The call it is about to make; undefined if it ended, died or hasn't started. */
  next(): string | undefined;
  /** When its sleep ends; undefined if it isn't asleep. */
  wakesAt(): number | undefined;
  log(line: string): void;
  sleep(ms: number): Promise<void>;
  /** Pauses before the call `what`. */
  pauseAt(what: string): Promise<void>;
  /** Resumes it until its next pause. */
  step(): Promise<void>;
  /** Runs it alone until it is about to make a call that starts with `what`. */
  runUntil(what: string): Promise<void>;
  /** Runs it alone to its end. */
  runToEnd(): Promise<void>;
  kill(): void;
}

export interface Scheduler {
  readonly store: FakeStore;
  /** The wall clock. */
  now(): number;
  monotonicNow(): number;
  /** Sets the wall clock forward by `ms`, or back. */
  setWallClock(ms: number): void;
  /** Advances the clock by `ms`; no process runs. */
  advance(ms: number): void;
  liveness(holder: ProcessIdentity): Promise<Liveness>;
  participant(name: string): Participant;
  records(): StoredRecord[];
  /** The records that `participant` wrote. A timed lease has no holder, so its record alone doesn't tell. */
  recordsOf(participant: Participant): StoredRecord[];
  leases(): LeaseRecord[];
  maintenance(): MaintenanceRecord | undefined;
  /** Runs the processes until all have ended or `until` is true. The clock advances when a sleeper is resumed. */
  run(options?: { choose?: Choose; until?: () => boolean }): Promise<void>;
}

/** Picks the process to resume: a ready one or the sleeper that wakes next. At least one of them exists. */
export type Choose = (ready: readonly Participant[], sleeper: Participant | undefined) => Participant;

/** Steps after which a schedule counts as endless. */
const MAX_STEPS = 200_000;

export function newScheduler(): Scheduler {
  let clock = START;
  let wallOffset = 0;
  const participants: Participant[] = [];
  const store = createFakeStore(() => clock);

  function newParticipant(name: string): Participant {
    let paused: { what: string; wake: number | undefined; go: () => void } | undefined;
    const holder = { host: "ci", boot: "b", pidns: "n", pid: participants.length + 1, started: 1 };
    const pause = (what: string, wake?: number) =>
      new Promise<void>(go => {
        assert.equal(paused, undefined, `${name} made two calls at once`);
        if (!own.dead) paused = { what, wake, go };
      });
    const own: Omit<Participant, "store"> = {
      name,
      holder,
      liveness: "alive",
      dead: false,
      logged: [],
      calls: [],
      next: () => paused?.what,
      wakesAt: () => paused?.wake,
      log: line => void own.logged.push(line),
      sleep: ms => pause("sleep", clock + ms),
      pauseAt: what => pause(what),
      async step() {
        await turn();
        const from = paused;
        assert.ok(from, `${name} has no call to resume`);
        paused = undefined;
        own.calls.push(from.what);
        clock = Math.max(clock, from.wake ?? clock);
        from.go();
        await turn();
      },
      async runUntil(what) {
        await turn();
        while (!isAt(own, what)) {
          assert.ok(
            own.next() !== undefined && own.calls.length < MAX_STEPS,
            `${name} never reached ${what}; its last calls: ${own.calls.slice(-9).join(", ")}`,
          );
          await own.step();
        }
      },
      async runToEnd() {
        for (await turn(); own.next() !== undefined; await own.step())
          assert.ok(own.calls.length < MAX_STEPS, `${name} did not end`);
      },
      kill() {
        own.dead = true;
        if (own.liveness === "alive") own.liveness = "dead";
        paused = undefined;
      },
    };
    const participant: Participant = Object.assign(own, { store: {} as CoordinationStore });
    Object.assign(participant.store, store.clientOf(participant));
    participants.push(participant);
    return participant;
  }

  const scheduler: Scheduler = {
    store,
    now: () => clock + wallOffset,
    monotonicNow: () => clock,
    setWallClock: ms => void (wallOffset += ms),
    advance: ms => void (clock += ms),
    liveness: async ({ pid }) => participants[pid - 1]?.liveness ?? "dead",
    participant: newParticipant,
    records: () => store.all().map(withoutOwner),
    recordsOf: participant => store.all().filter(({ by }) => by === participant),
    leases: () =>
      scheduler
        .records()
        .filter(isLease)
        .map(({ record }) => record),
    maintenance: () => scheduler.records().find(isMaintenance)?.record,
    async run({ choose = roundRobin(), until = () => false } = {}) {
      await turn();
      for (let steps = 0; !until(); steps += 1) {
        assert.ok(steps < MAX_STEPS, "the schedule did not end");
        const runnable = participants.filter(each => each.next() !== undefined);
        if (runnable.length === 0) return;
        const ready = runnable.filter(each => (each.wakesAt() ?? clock) <= clock);
        const [sleeper] = runnable
          .filter(each => !ready.includes(each))
          .toSorted((a, b) => a.wakesAt()! - b.wakesAt()!);
        await choose(ready, sleeper).step();
      }
    },
  };
  return scheduler;
}

const isAt = (participant: Pick<Participant, "next">, what: string): boolean =>
  participant.next()?.startsWith(what) ?? false;

/** Resumes the ready process that waited longest; a sleeper only if no process is ready. */
function roundRobin(): Choose {
  const last = new Map<Participant, number>();
  let steps = 0;
  return (ready, sleeper) => {
    const chosen = ready.toSorted((a, b) => (last.get(a) ?? 0) - (last.get(b) ?? 0))[0] ?? sleeper!;
    last.set(chosen, (steps += 1));
    return chosen;
  };
}
