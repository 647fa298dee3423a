// Where hearth keeps what it knows of one app.
import { join } from "node:path";

/** Absolute paths of what lies in an app's folder. */
export interface AppFolder {
  readonly path: string;
  /** For `flock`: one writer at a time. */
  readonly lock: string;
  readonly lastGood: string;
  readonly rejected: string;
  readonly approved: string;
  readonly operation: string;
  readonly repairs: string;
  readonly undeployedOnPurpose: string;
  readonly snapshot: string;
  readonly previousSnapshot: string;
  /** Evidence of failures, a folder each. */
  readonly failures: string;
}

/** The folder of the app at `domain`. Touches nothing. Throws for a domain that would lead out of it. */
export function appFolder(stateDir: string, domain: string): AppFolder {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(domain)) throw new TypeError(`${JSON.stringify(domain)} is no domain name`);
  const path = join(stateDir, "apps", domain);
  return {
    path,
    lock: join(path, "lock"),
    lastGood: join(path, "last-good.json"),
    rejected: join(path, "rejected.json"),
    approved: join(path, "approved.json"),
    operation: join(path, "operation.json"),
    repairs: join(path, "repairs.json"),
    undeployedOnPurpose: join(path, "parked.json"),
    snapshot: join(path, "snapshot"),
    previousSnapshot: join(path, "snapshot.previous"),
    failures: join(path, "failures"),
  };
}
