// Order, medians and ratios of measurements. Pure.

/** One measurement to take. */
export interface Turn<C> {
  readonly contender: C;
  /** 0 is the warm-up, which isn't counted. */
  readonly round: number;
}

/** Warm-ups first, then interleaved rounds (A B C A B C …), so a temporary slowdown affects all contenders. */
export function turns<C extends { readonly warmUp: boolean }>(contenders: readonly C[], runs: number): Turn<C>[] {
  const warmUp = contenders.filter(contender => contender.warmUp).map(contender => ({ contender, round: 0 }));
  const rounds = Array.from({ length: runs }, (_, index) =>
    contenders.map(contender => ({ contender, round: index + 1 })),
  );
  return [...warmUp, ...rounds.flat()];
}

export interface Figures {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In order of measurement. */
  readonly samples: readonly number[];
}

/** Throws if `samples` is empty. */
export function figures(samples: readonly number[]): Figures {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [min, max, upper] = [sorted[0], sorted.at(-1), sorted[middle]];
  if (min === undefined || max === undefined || upper === undefined) throw new Error("figures of no samples");
  return { median: sorted.length % 2 === 1 ? upper : (upper + sorted[middle - 1]!) / 2, min, max, samples };
}

/** Upper limit for a ratio of medians. */
export interface Goal<Phase extends string = string> {
  readonly phase: Phase;
  /** Name of a contender. */
  readonly contender: string;
  /** Names of contenders whose medians are added up. */
  readonly against: readonly string[];
  /** Phase of `against`; default: `phase`. */
  readonly againstPhase?: Phase;
  /** Maximum of contender / against. Absent: the ratio is only reported. */
  readonly atMost?: number;
  /** The goal in words, for the table. */
  readonly description: string;
}

export interface GoalResult<Phase extends string = string> extends Goal<Phase> {
  /** contender / against */
  readonly ratio: number;
  readonly met: boolean;
}

/** `medianOf` returns a contender's median for a phase. */
export function evaluateGoal<Phase extends string>(
  goal: Goal<Phase>,
  medianOf: (contender: string, phase: Phase) => number,
): GoalResult<Phase> {
  const { phase, contender, against, againstPhase = phase, atMost } = goal;
  const ratio = medianOf(contender, phase) / against.reduce((sum, other) => sum + medianOf(other, againstPhase), 0);
  return { ...goal, ratio, met: atMost === undefined || ratio <= atMost };
}
