// The command line of `npm run mutate`.

export interface Options {
  /** Files or folders below the checkout; empty: the modules that decide. */
  readonly paths: readonly string[];
  /** How many mutants run; undefined: all. */
  readonly sample: number | undefined;
  /** Chooses the sample. */
  readonly seed: number;
  /** Percent of the mutants that must be killed. */
  readonly threshold: number;
  /** Seconds after which a mutant that no spec found counts as survived. */
  readonly limit: number;
  readonly json: boolean;
}

export const usage = `npm run mutate -- [path…] [--sample=N] [--seed=S] [--threshold=90] [--limit=60] [--json]`;

const numeric = { sample: undefined, seed: 1, threshold: 90, limit: 60 } as const;

/** @throws {Error} for an option that isn't known or has no number. */
export function readOptions(argv: readonly string[]): Options {
  const options: Record<string, number | undefined> = { ...numeric };
  for (const flag of argv.filter(each => each.startsWith("--") && each !== "--json")) {
    const [name = "", value = ""] = flag.slice(2).split("=");
    if (!(name in numeric) || !/^\d+$/.test(value)) throw new Error(`${flag}: not an option with a number\n${usage}`);
    options[name] = Number(value);
  }
  const { sample, seed, threshold, limit } = { ...numeric, ...options };
  const paths = argv.filter(each => !each.startsWith("--"));
  return { paths, sample, seed, threshold, limit, json: argv.includes("--json") };
}

/** `count` of the items, chosen and ordered by the seed: a run that is interrupted has seen a fair part of them. */
export function sampleOf<Item>(items: readonly Item[], count: number | undefined, seed: number): Item[] {
  const random = randomNumbers(seed);
  const drawn = items.map(item => ({ item, key: random() })).toSorted((a, b) => a.key - b.key);
  return drawn.slice(0, count).map(({ item }) => item);
}

/** Mulberry32: the same numbers for the same seed on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const value = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
