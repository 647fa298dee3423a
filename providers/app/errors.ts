// The errors of an operation on a warm app.

/** Preflight refuses the upgrade; nothing has changed. */
export class PreflightError extends Error {
  override readonly name = "PreflightError";
}

/** Preflight proves that the release itself can't be deployed: it would fail every time. */
export class ReleaseFault extends Error {
  override readonly name = "ReleaseFault";
}

/** The upgrade failed, and the app is healthy again as it was before. */
export class UpgradeError extends Error {
  override readonly name = "UpgradeError";
}

/** The snapshot can't be restored; nothing was stopped for it. */
export class UnusableSnapshotError extends Error {
  override readonly name = "UnusableSnapshotError";
  /** What can still be done, with a command for each. */
  readonly todo: string;

  constructor(message: string, todo: string) {
    super(message);
    this.todo = todo;
  }
}

/** The rollback failed too: hearth acts again only after `retry`, `restore` or `accept`. */
export class BrokenError extends Error {
  override readonly name = "BrokenError";
}
