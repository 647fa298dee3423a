// How long this host has run, for spans that several processes of one boot measure.

/** Milliseconds since some point of this boot, the same for every process; stands still while the host is suspended. */
export function uptime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n); // CLOCK_MONOTONIC
}
