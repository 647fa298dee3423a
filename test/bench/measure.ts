// Order, medians and ratios of measurements. Pure.

/** One scheduled measurement. */
export interface Turn<W> {
  readonly contender: W;
  /** From 1; 0 is a warm-up that doesn't count. */
  readonly round: number;
}

/**
 * Interleaves the contenders (A B C A B C …), so that a temporary slowdown of the machine affects all of them. Warm-ups
 * come first.
 */
export function turns<W extends { readonly warmUp: boolean }>(contenders: readonly W[], runs: number): Turn<W>[] {
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

/** Throws without samples. */
export function figures(samples: readonly number[]): Figures {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [min, max, upper] = [sorted[0], sorted.at(-1), sorted[middle]];
  if (min === undefined || max === undefined || upper === undefined) throw new Error("expected at least one sample");
  return { median: sorted.length % 2 === 1 ? upper : (upper + sorted[middle - 1]!) / 2, min, max, samples };
}

/** A goal for a ratio of medians. */
export interface Goal<Phase extends string = string> {
  readonly phase: Phase;
  /** Name of a contender. */
  readonly contender: string;
  /** Names of contenders whose medians are added. */
  readonly against: readonly string[];
  /** Their phase that counts. Default: the same phase. */
  readonly againstPhase?: Phase;
  /** Limit of `contender / against`. Default: none, the ratio is only reported. */
  readonly atMost?: number;
  /** The goal as text. */
  readonly says: string;
}

export interface Verdict<Phase extends string = string> extends Goal<Phase> {
  /** contender / against. */
  readonly ratio: number;
  readonly met: boolean;
}

/** `medianOf` returns a contender's median in a phase. */
export function judge<Phase extends string>(
  goal: Goal<Phase>,
  medianOf: (contender: string, phase: Phase) => number,
): Verdict<Phase> {
  const { phase, contender, against, againstPhase = phase, atMost } = goal;
  const ratio = medianOf(contender, phase) / against.reduce((sum, other) => sum + medianOf(other, againstPhase), 0);
  return { ...goal, ratio, met: atMost === undefined || ratio <= atMost };
}
