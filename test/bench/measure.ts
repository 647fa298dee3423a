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
  /** The phase of theirs that counts. Default: the same. */
  readonly againstPhase?: Phase;
  /** way / against, at most. Absent: the ratio is told, and nothing asked of it. */
  readonly atMost?: number;
  /** The goal in words. */
  readonly says: string;
}

export interface Verdict<Phase extends string = string> extends Goal<Phase> {
  /** way / against. */
  readonly ratio: number;
  readonly met: boolean;
}

/** `medianOf` gives a way's median in a phase. */
export function judge<Phase extends string>(
  goal: Goal<Phase>,
  medianOf: (way: string, phase: Phase) => number,
): Verdict<Phase> {
  const { phase, way, against, againstPhase = phase, atMost } = goal;
  const ratio = medianOf(way, phase) / against.reduce((sum, other) => sum + medianOf(other, againstPhase), 0);
  return { ...goal, ratio, met: atMost === undefined || ratio <= atMost };
}
