// Parses durations as Go, Docker and compose files write them.

const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, ns: 1e-9 };

/** Seconds in `1m30s` or `500ms`, or in a number of nanoseconds; 0 for a text without a duration. */
export function seconds(value: string | number): number {
  if (typeof value === "number") return value / 1e9;
  return [...value.matchAll(/([\d.]+)(ms|us|ns|h|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * units[unit!]!,
    0,
  );
}
