// Ages by the wall clock, which may have been set back. Pure.

/** Milliseconds that a clock may be wrong: what seems later than that was made before the clock was set back. */
const MAX_SKEW = 2 * 3_600_000;

/** Whether `since` is at least `age` ms before `now`; also if it is far in the future, or it would stay for ever. */
export function isAged(since: number, now: number, age: number): boolean {
  return now - since >= age || since - now >= MAX_SKEW;
}
