// The folder in which hearth keeps one warm app's state.
import { join } from "node:path";

/** Absolute paths of the files and folders of one app. */
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
  readonly firstDeploy: string;
  readonly guards: string;
  /** Exists while a clean-up is due. */
  readonly cleanUp: string;
  readonly newEnv: string;
  readonly inputs: string;
  readonly snapshot: string;
  readonly previousSnapshot: string;
  /** Diagnostics of failures, one folder each. */
  readonly failures: string;
}

/**
 * The folder of the app at `domain`, without touching the disk. Throws TypeError for a domain that would lead outside.
 */
export function appFolder(stateDir: string, domain: string): AppFolder {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(domain))
    throw new TypeError(`expected a domain name, got ${JSON.stringify(domain)}`);
  const path = join(stateDir, "apps", domain);
  return {
    path,
    lock: join(path, "lock"),
    lastGood: join(path, "last-good.json"),
    rejected: join(path, "rejected.json"),
    approved: join(path, "approved.json"),
    operation: join(path, "operation.json"),
    repairs: join(path, "repairs.json"),
    undeployedOnPurpose: join(path, "undeployed-on-purpose.json"),
    firstDeploy: join(path, "first-deploy.json"),
    guards: join(path, "guards.json"),
    cleanUp: join(path, "clean-up.json"),
    newEnv: join(path, "new-env.json"),
    inputs: join(path, "inputs.json"),
    snapshot: join(path, "snapshot"),
    previousSnapshot: join(path, "snapshot.previous"),
    failures: join(path, "failures"),
  };
}
