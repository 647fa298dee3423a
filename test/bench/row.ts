// Measures a row of the bench: contenders in turn, and goals for hearth's figures beside its peers'.
import { figures, evaluateGoal, turns, type Figures, type Goal, type GoalResult } from "./measure.ts";

/** Phases of a row that defines no others. */
export type Phase = "up" | "teardown";

/** Milliseconds of each phase, in the phases' order. */
export type Times<P extends string = Phase> = Readonly<Record<P, number>>;

/** hearth or one of its peers. */
export interface Contender<P extends string = Phase> {
  readonly name: string;
  /** Whether an uncounted measurement comes first; false where the cold state is measured. */
  readonly warmUp: boolean;
  /** Performs the operation and cleans up, whatever happens. */
  readonly measure: () => Promise<Times<P>>;
}

/** Maximum for a contender, independent of the others. */
export interface Limit<P extends string = string> {
  readonly phase: P;
  /** Name of a contender. */
  readonly contender: string;
  /** Milliseconds. */
  readonly atMost: number;
  /** The limit in words, for the table. */
  readonly description: string;
}

export interface Row<P extends string = Phase> {
  readonly name: string;
  readonly title: string;
  /** Measured runs per contender without `--runs`. Default: 5. */
  readonly runs?: number;
  /** hearth's first. */
  readonly contenders: readonly Contender<P>[];
  readonly goals: readonly Goal<P>[];
  readonly limits?: readonly Limit<P>[];
  /** Creates what all contenders need. */
  readonly setUp?: () => Promise<void>;
  /** Cleans up; called whatever happened, also if `setUp` failed half-way. */
  readonly tearDown?: () => Promise<void>;
}

/** What the bench passes to each row. */
export interface BenchContext {
  /** A temporary folder, removed at the end. */
  readonly folder: string;
  readonly interrupted: AbortSignal;
}

export interface Measured<P extends string = Phase> {
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  readonly contenders: readonly { readonly name: string; readonly phases: Readonly<Record<P, Figures>> }[];
  readonly goals: readonly GoalResult<P>[];
  readonly limits: readonly (Limit<P> & { readonly median: number; readonly met: boolean })[];
}

export interface MeasureOptions {
  /** undefined: the row's default. */
  readonly runs: number | undefined;
  readonly interrupted: AbortSignal;
  readonly log: (line: string) => void;
}

/** Throws the error of a contender, or InterruptedError. */
export async function measureRow<P extends string>(row: Row<P>, options: MeasureOptions): Promise<Measured<P>> {
  const { setUp, tearDown } = row;
  const failed = async (error: unknown) => {
    await tearDown?.().catch((left: Error) => console.error(`bench: warning: ${left.message}`));
    throw error;
  };
  const measured = await (setUp?.() ?? Promise.resolve()).then(() => measureContenders(row, options)).catch(failed);
  await tearDown?.();
  return measured;
}

async function measureContenders<P extends string>(
  row: Row<P>,
  { runs = row.runs ?? 5, interrupted, log }: MeasureOptions,
): Promise<Measured<P>> {
  const { name, title, contenders, goals, limits = [] } = row;
  const samples = new Map(contenders.map(contender => [contender.name, [] as Times<P>[]]));
  for (const { contender, round } of turns(contenders, runs)) {
    interrupted.throwIfAborted();
    const times = await contender.measure();
    log(`${name}: ${round === 0 ? "warm-up" : `round ${round} of ${runs}`}: ${contender.name}: ${formatTimes(times)}`);
    if (round > 0) samples.get(contender.name)!.push(times);
  }
  interrupted.throwIfAborted();
  const of = (contender: string, phase: P) => figures(samples.get(contender)!.map(times => times[phase]));
  const all = (contender: string) =>
    Object.fromEntries(phasesOf(samples.get(contender)![0]!).map(phase => [phase, of(contender, phase)])) as Record<
      P,
      Figures
    >;
  return {
    name,
    title,
    runs,
    contenders: contenders.map(contender => ({ name: contender.name, phases: all(contender.name) })),
    goals: goals.map(goal => evaluateGoal(goal, (contender, phase) => of(contender, phase).median)),
    limits: limits.map(limit => {
      const { median } = of(limit.contender, limit.phase);
      return { ...limit, median, met: median <= limit.atMost };
    }),
  };
}

/** Times `up`, then `teardown`, which always runs; an error of `up` is thrown after it. */
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
export async function measureDuration(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function phasesOf<P extends string>(times: Times<P>): P[] {
  return Object.keys(times) as P[];
}

function formatTimes<P extends string>(times: Times<P>): string {
  return phasesOf(times)
    .map(phase => `${phase} in ${(times[phase] / 1000).toFixed(2)} s`)
    .join(", ");
}
