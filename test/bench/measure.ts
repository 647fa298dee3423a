// Order, medians and ratios of measurements. Pure.

/** One measurement to be taken. */
export interface Turn<W> {
  readonly way: W;
  /** From 1 on; 0 is a warm-up that doesn't count. */
  readonly round: number;
}

/** Interleaved round by round (A B C A B C …), so that whatever slows the machine down for a while slows all of them; first a warm-up of those that want one. */
export function turns<W extends { readonly warmUp: boolean }>(ways: readonly W[], runs: number): Turn<W>[] {
  const warmUp = ways.filter(way => way.warmUp).map(way => ({ way, round: 0 }));
  const rounds = Array.from({ length: runs }, (_, index) => ways.map(way => ({ way, round: index + 1 })));
  return [...warmUp, ...rounds.flat()];
}

export interface Figures {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In the order in which they were taken. */
  readonly samples: readonly number[];
}

/** Throws where there is no sample. */
export function figures(samples: readonly number[]): Figures {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [min, max, upper] = [sorted[0], sorted.at(-1), sorted[middle]];
  if (min === undefined || max === undefined || upper === undefined) throw new Error("figures of no samples");
  return { median: sorted.length % 2 === 1 ? upper : (upper + sorted[middle - 1]!) / 2, min, max, samples };
}

/** What a ratio of medians should be. */
export interface Goal<Phase extends string = string> {
  readonly phase: Phase;
  /** The name of a way. */
  readonly way: string;
  /** Names of ways; their medians are added up. */
  readonly against: readonly string[];
  /** way / against, at most. */
  readonly atMost: number;
  /** The goal in words. */
  readonly says: string;
}

export interface Verdict<Phase extends string = string> extends Goal<Phase> {
  /** way / against. */
  readonly ratio: number;
  readonly met: boolean;
}

/** `medianOf` gives a way's median in the goal's phase. */
export function judge<Phase extends string>(goal: Goal<Phase>, medianOf: (way: string) => number): Verdict<Phase> {
  const ratio = medianOf(goal.way) / goal.against.reduce((sum, way) => sum + medianOf(way), 0);
  return { ...goal, ratio, met: ratio <= goal.atMost };
}
