// The clock for every window and deadline of one process: setting the system's time doesn't move it.

/** A clock for waits, which specs replace. */
export interface Clock {
  /** Milliseconds, for differences only. */
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

/** Milliseconds, for differences only. */
export function monotonicNow(): number {
  return performance.now();
}

/** Seconds since `start`, a value of `monotonicNow`: `1.4 s`. */
export function since(start: number): string {
  return inSeconds(monotonicNow() - start);
}

/** Milliseconds as seconds: `1.4 s`. */
export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
