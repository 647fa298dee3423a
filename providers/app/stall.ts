// Finds an operation whose step stands still, or a process that holds an app's lock for too long, and raises an alert.
import { raise } from "../lib/alerts/index.ts";
import type { LockHolder } from "../lib/lock/index.ts";
import type { Operation } from "../lib/state/index.ts";
import type { Log } from "../lib/text.ts";
import type { WarmAppInputs } from "./inputs.ts";

/** Milliseconds after which a step stands still, and a lock without an operation is held too long. */
export const STALL_LIMIT = 3_600_000;

type App = Pick<WarmAppInputs, "stateDir" | "domain" | "recipe">;

/** Another process holds the app's lock, and stands still. */
export class StalledError extends Error {
  override readonly name = "StalledError";
}

/**
 * Milliseconds for which the lock's holder has stood still; undefined if it hasn't for `limit`. The step counts no
 * longer than the lock: an operation that was resumed keeps its step's start, and the wall clock may have been set.
 */
export function stalledFor(
  operation: Pick<Operation, "stepStartedAt"> | undefined,
  { heldFor }: Pick<LockHolder, "heldFor">,
  now: number,
  limit = STALL_LIMIT,
): number | undefined {
  const step = operation === undefined ? Infinity : now - Date.parse(operation.stepStartedAt);
  const ms = Math.min(step, heldFor);
  return ms >= limit ? ms : undefined;
}

/** Completes `pid 42 on ci-1`. */
export function stallWords(operation: Operation | undefined, ms: number): string {
  const minutes = `${Math.floor(ms / 60_000)} min`;
  if (!operation) return `has held the lock for ${minutes}`;
  return `at ${operation.step} of ${operation.from} → ${operation.to} for ${minutes}`;
}

/** Raises one alert for each step, or each time that the lock is held. `words`: of `stallWords`, with the process. */
export async function alertStall(
  app: App,
  { operation, holder, words }: { operation: Operation | undefined; holder: LockHolder; words: string },
  log: Log,
): Promise<void> {
  const event = operation ? `${operation.id} ${operation.step}` : holder.since;
  await raise(
    app.stateDir,
    {
      key: `${app.domain} stalled ${event}`,
      severity: "critical",
      app: app.recipe,
      ...(operation ? { attempted: operation.to } : {}),
      recovered: false,
      why: `${operation ? "stands still" : "the lock is held too long"}: ${words}`,
      todo: `find out what it waits for; else kill ${holder.pid}; hearth recover then finishes or undoes what it began`,
    },
    log,
  );
}
