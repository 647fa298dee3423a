// A row of the bench: hearth and its peers doing the same work, measured in turn, and the goals for their ratios.
import { figures, judge, turns, type Figures, type Goal, type Verdict } from "./measure.ts";

/** The phase of a row that declares none. */
export type Phase = "up" | "teardown";

/** Milliseconds of each phase, in the phases' order. */
export type Times<P extends string = Phase> = Readonly<Record<P, number>>;

/** hearth or a peer: one way to do the row's work. */
export interface Contender<P extends string = Phase> {
  readonly name: string;
  /** Whether to run it once before the measurements, as a warm-up. */
  readonly warmUp: boolean;
  /** Does the work and undoes it, also after a failure. */
  readonly measure: () => Promise<Times<P>>;
}

/** An absolute limit, independent of the peers. */
export interface Limit<P extends string = string> {
  readonly phase: P;
  /** The name of a contender. */
  readonly contender: string;
  /** Milliseconds. */
  readonly atMost: number;
  /** The limit as text. */
  readonly says: string;
}

export interface Row<P extends string = Phase> {
  readonly name: string;
  readonly title: string;
  /** Rounds if the command line gives no number. Default: 5. */
  readonly runs?: number;
  /** hearth comes first. */
  readonly contenders: readonly Contender<P>[];
  readonly goals: readonly Goal<P>[];
  readonly limits?: readonly Limit<P>[];
  /** Creates what all contenders need. */
  readonly begin?: () => Promise<void>;
  /** Removes it; also called if `begin` failed. */
  readonly end?: () => Promise<void>;
}

/** The surroundings of a row. */
export interface Place {
  /** A temporary folder, removed at the end. */
  readonly folder: string;
  readonly interrupted: AbortSignal;
}

export interface Measured<P extends string = Phase> {
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  readonly contenders: readonly { readonly name: string; readonly phases: Readonly<Record<P, Figures>> }[];
  readonly goals: readonly Verdict<P>[];
  readonly limits: readonly (Limit<P> & { readonly median: number; readonly met: boolean })[];
}

export interface Measuring {
  /** Default: the row's own number. */
  readonly runs: number | undefined;
  readonly interrupted: AbortSignal;
  readonly log: (line: string) => void;
}

/** Throws what a contender throws, and InterruptedError. */
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
  { runs = row.runs ?? 5, interrupted, log }: Measuring,
): Promise<Measured<P>> {
  const { name, title, contenders, goals, limits = [] } = row;
  const taken = new Map(contenders.map(contender => [contender.name, [] as Times<P>[]]));
  for (const { contender, round } of turns(contenders, runs)) {
    interrupted.throwIfAborted();
    const times = await contender.measure();
    log(`${name}: ${round === 0 ? "warm-up" : `round ${round} of ${runs}`}: ${contender.name}: ${told(times)}`);
    if (round > 0) taken.get(contender.name)!.push(times);
  }
  interrupted.throwIfAborted();
  const of = (contender: string, phase: P) => figures(taken.get(contender)!.map(times => times[phase]));
  const all = (contender: string) =>
    Object.fromEntries(phasesOf(taken.get(contender)![0]!).map(phase => [phase, of(contender, phase)])) as Record<
      P,
      Figures
    >;
  return {
    name,
    title,
    runs,
    contenders: contenders.map(contender => ({ name: contender.name, phases: all(contender.name) })),
    goals: goals.map(goal => judge(goal, (contender, phase) => of(contender, phase).median)),
    limits: limits.map(limit => {
      const { median } = of(limit.contender, limit.phase);
      return { ...limit, median, met: median <= limit.atMost };
    }),
  };
}

/** Times `up`, then `teardown`, which always runs. Then throws what `up` threw. */
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
