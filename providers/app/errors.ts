// How an operation on an app can end, other than well.
import { AbraError } from "../lib/abra/index.ts";

/** The version didn't come up healthy. */
export class UnhealthyError extends Error {
  override readonly name = "UnhealthyError";
}

/** Nothing is known against the app: nothing is undone. */
export class InconclusiveError extends Error {
  override readonly name = "InconclusiveError";
}

/** Said before the stop; nothing was touched. */
export class PreflightError extends Error {
  override readonly name = "PreflightError";
}

/** Preflight proved it of the release itself: it would fail every time. */
export class ReleaseFault extends Error {
  override readonly name = "ReleaseFault";
}

/** The upgrade failed, and the app is well again as it was before. */
export class UpgradeError extends Error {
  override readonly name = "UpgradeError";
}

/** The way back failed too: nothing is touched until a person says `retry`, `restore` or `accept`. */
export class BrokenError extends Error {
  override readonly name = "BrokenError";
}

/** What to tell of `error` in one line. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** abra's FATA line, where abra failed. */
export function abraFatal(error: unknown): string | undefined {
  return error instanceof AbraError ? error.fatal : undefined;
}
