// The clock for every window and deadline within one process: setting the system's time doesn't move it.

/** Milliseconds, for differences only. */
export function monotonicNow(): number {
  return performance.now();
}

/** Seconds since `start`, which `monotonicNow` gave: `1.4 s`. */
export function since(start: number): string {
  return `${((monotonicNow() - start) / 1000).toFixed(1)} s`;
}
