// The health gate's window as an app's inputs and its recipe define it.
import type { Window } from "./gate.ts";
import type { Health } from "./inputs.ts";

/** Seconds that an app gets to start if one of its services has no healthcheck. */
export const NO_HEALTHCHECK_SECONDS = 120;

/** How long an app may take to start. */
export interface StartTimes {
  /** Seconds that the compose file's healthchecks allow until their first verdict. */
  readonly healthchecks: number;
  /** Whether a service has no healthcheck in the compose file. */
  readonly lacksHealthcheck: boolean;
  /** abra's own limits in seconds, as written: TIMEOUT of the .env, and the label of the deployed service. */
  readonly timeouts: readonly (string | undefined)[];
}

/** The deadline is the longest of the start times, and the window itself. `margin` extends the healthchecks alone. */
export function healthWindow({ stableFor, margin }: Health, start: StartTimes): Window {
  const { healthchecks, lacksHealthcheck, timeouts } = start;
  const declared = timeouts.map(text => Number(text ?? 0)).filter(Number.isFinite);
  const floor = lacksHealthcheck ? NO_HEALTHCHECK_SECONDS : 0;
  const longest = Math.max(healthchecks + margin, floor, ...declared);
  return { stableFor: stableFor * 1000, deadline: (longest + stableFor) * 1000 };
}

/** What the gate observed `passed` (such as `1.4 s`) after its start, as a progress line. */
export function gateLine(seen: string, passed: string, { stableFor }: Health): string {
  return seen === "good" ? `good after ${passed}, watching for ${stableFor} s` : seen;
}
