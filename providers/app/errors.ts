// How an operation on an app can end, other than well.

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
