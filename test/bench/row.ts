// A row of the bench: ways to the same thing, measured in turn, and what hearth's should come to beside the others.
import { figures, judge, turns, type Figures, type Goal, type Verdict } from "./measure.ts";

/** What a row measures where it has no phases of its own. */
export type Phase = "up" | "teardown";

/** Milliseconds of each phase, in the phases' order. */
export type Times<P extends string = Phase> = Readonly<Record<P, number>>;

/** One way to the thing that a row is about. */
export interface Way<P extends string = Phase> {
  readonly name: string;
  /** Whether it is measured once beforehand without counting; not where being cold is the point. */
  readonly warmUp: boolean;
  /** Makes the thing and takes it away again, whatever happens. */
  readonly measure: () => Promise<Times<P>>;
}

/** What a way should take at most, whatever the others take. */
export interface Limit<P extends string = string> {
  readonly phase: P;
  /** The name of a way. */
  readonly way: string;
  /** Milliseconds. */
  readonly atMost: number;
  /** The limit in words. */
  readonly says: string;
}

export interface Row<P extends string = Phase> {
  readonly name: string;
  readonly title: string;
  /** How often each way is measured where nobody says so. Default: 5. */
  readonly runs?: number;
  /** hearth's first. */
  readonly ways: readonly Way<P>[];
  readonly goals: readonly Goal<P>[];
  readonly limits?: readonly Limit<P>[];
  /** Makes what all of its ways need. */
  readonly begin?: () => Promise<void>;
  /** Takes that away again: called whatever happened, also where `begin` failed half-way. */
  readonly end?: () => Promise<void>;
}

/** Where a row does its work. */
export interface Place {
  /** A temporary folder, removed at the end. */
  readonly folder: string;
  readonly interrupted: AbortSignal;
}

export interface Measured<P extends string = Phase> {
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  readonly ways: readonly { readonly name: string; readonly phases: Readonly<Record<P, Figures>> }[];
  readonly goals: readonly Verdict<P>[];
  readonly limits: readonly (Limit<P> & { readonly median: number; readonly met: boolean })[];
}

export interface Measuring {
  /** undefined: as often as the row says. */
  readonly runs: number | undefined;
  readonly interrupted: AbortSignal;
  readonly say: (line: string) => void;
}

/** Throws what a way throws, and InterruptedError. */
export async function measureRow<P extends string>(row: Row<P>, measuring: Measuring): Promise<Measured<P>> {
  const { begin, end } = row;
  const failed = async (error: unknown) => {
    await end?.().catch((left: Error) => console.error(`bench: warning: ${left.message}`));
    throw error;
  };
  const measured = await (begin?.() ?? Promise.resolve()).then(() => inTurn(row, measuring)).catch(failed);
  await end?.();
  return measured;
}

async function inTurn<P extends string>(
  row: Row<P>,
  { runs = row.runs ?? 5, interrupted, say }: Measuring,
): Promise<Measured<P>> {
  const { name, title, ways, goals, limits = [] } = row;
  const taken = new Map(ways.map(way => [way.name, [] as Times<P>[]]));
  for (const { way, round } of turns(ways, runs)) {
    interrupted.throwIfAborted();
    const times = await way.measure();
    say(`${name}: ${round === 0 ? "warm-up" : `round ${round} of ${runs}`}: ${way.name}: ${told(times)}`);
    if (round > 0) taken.get(way.name)!.push(times);
  }
  interrupted.throwIfAborted();
  const of = (way: string, phase: P) => figures(taken.get(way)!.map(times => times[phase]));
  const all = (way: string) =>
    Object.fromEntries(phasesOf(taken.get(way)![0]!).map(phase => [phase, of(way, phase)])) as Record<P, Figures>;
  return {
    name,
    title,
    runs,
    ways: ways.map(way => ({ name: way.name, phases: all(way.name) })),
    goals: goals.map(goal => judge(goal, (way, phase) => of(way, phase).median)),
    limits: limits.map(limit => {
      const { median } = of(limit.way, limit.phase);
      return { ...limit, median, met: median <= limit.atMost };
    }),
  };
}

/** Times `up`, then `teardown`, which comes whatever happens; what `up` threw is thrown after it. */
export async function timed(up: () => Promise<void>, teardown: () => Promise<void>): Promise<Times> {
  const start = performance.now();
  const failure = await up().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const middle = performance.now();
  if (failure) {
    await teardown().catch((error: Error) => console.error(`bench: warning: ${error.message}`));
    throw failure.error;
  }
  await teardown();
  return { up: middle - start, teardown: performance.now() - middle };
}

/** Milliseconds that `work` takes. */
export async function lasting(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function phasesOf<P extends string>(times: Times<P>): P[] {
  return Object.keys(times) as P[];
}

function told<P extends string>(times: Times<P>): string {
  return phasesOf(times)
    .map(phase => `${phase} in ${(times[phase] / 1000).toFixed(2)} s`)
    .join(", ");
}
