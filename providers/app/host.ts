// The port between an operation and its host: one query or side effect per method, so that specs can fail or interrupt
// each.
import type { Rollbacks } from "../lib/docker/index.ts";
import type { Verdict } from "../lib/health/index.ts";
import type { Baseline, OperationChanges, Operation, OperationStep } from "../lib/state/index.ts";

interface Running {
  readonly deployed: boolean;
  /** From the label that abra wrote. */
  readonly version: string | undefined;
}

/** An event for the operator. It is reported once; `key` identifies it. */
export interface Notice {
  readonly key: string;
  readonly severity: "info" | "warning" | "critical";
  readonly why: string;
  readonly attempted?: string | undefined;
  readonly recovered?: boolean;
  /** The text of abra's FATA line. */
  readonly fatal?: string | undefined;
  readonly diagnostics?: string | undefined;
  /** What to do; often nothing. */
  readonly todo: string;
}

/** One app on its host. Every method may be repeated after an interruption. */
export interface UpgradeHost {
  /** The app's recipe, with which every line begins. */
  readonly name: string;
  /** Whether its volumes are restored with its version. */
  readonly stateful: boolean;
  log(line: string): void;
  /** Masks secrets and removes control characters in another program's output before it is logged, stored or thrown. */
  mask(text: string): string;

  running(): Promise<Running>;
  /** Whether a volume exists that hearth would snapshot: one of the stack, or one that `version` declares. */
  hasData(version: string): Promise<boolean>;

  /** The open operation in the journal. */
  operation(): Promise<Operation | undefined>;
  /** Opens the journal and records the app's baseline, volumes and images. */
  begin(plan: { readonly from: string; readonly to: string }): Promise<Operation>;
  /** Opens the journal for a restore; replaces a broken operation. `restoreEnv` then restores the snapshot's .env. */
  beginRestore(to: { readonly version: string; readonly snapshot: string }): Promise<Operation>;
  /** Records the next step, durably. */
  writeStep(operation: Operation, step: OperationStep, changes?: OperationChanges): Promise<Operation>;
  close(): Promise<void>;

  /** Records, durably, that hearth deploys the app where no volume exists. */
  beginFirstDeploy(): Promise<void>;
  /** Records that `version` failed; does nothing unless a first deploy is recorded. */
  recordFirstFailure(version: string): Promise<void>;
  /** The versions that failed since hearth's first deploy; undefined if none is recorded. */
  failedFirstDeploys(): Promise<readonly string[] | undefined>;
  /** The app was healthy: its data counts from now on. `commit` does it too. */
  clearFirstDeploy(): Promise<void>;

  lastGood(): Promise<string | undefined>;
  /** Records `version`, which is healthy, as last good, tags its images, and removes the guards. */
  commit(version: string): Promise<void>;
  /** `diagnostics`: the folder that has the whole text of `why`. */
  reject(version: string, why: string, diagnostics?: string): Promise<void>;
  alert(notice: Notice): Promise<void>;

  /** Checks that the target can be deployed and rolled back. Throws ReleaseFault if the release is the cause. */
  preflight(operation: Operation): Promise<void>;
  /** Creates maintenance, so that no run begins on the app, and waits for its leases. Throws InUseError. */
  drain(what: string): Promise<void>;
  /** Claims maintenance for this process without waiting for leases. */
  claimMaintenance(what: string): Promise<void>;
  releaseMaintenance(): Promise<void>;
  /** Saves the .env for a rollback, then adds the variables and secrets that the target needs. */
  prepare(operation: Operation): Promise<void>;
  /** Restores the .env that `prepare` saved, or the snapshot's. */
  restoreEnv(operation: Operation): Promise<void>;
  /**
   * Has running containers mount the app's volumes and hold last good's images, so that no prune of the host takes them
   * while the app is down. Starts those that are missing, and removes those of other images or volumes.
   */
  guard(): Promise<void>;
  /** Removes the guards; `commit` does it too. Never throws: one that stays is removed later. */
  releaseGuards(): Promise<void>;
  /** Stops the services that Traefik routes to, then the others. Resolves once all are removed. */
  stop(): Promise<void>;
  /** Snapshots every volume, and verifies the archives. */
  snapshot(operation: Operation): Promise<void>;
  /** The rollbacks by Swarm that there are before a deploy. */
  rollbacks(): Promise<Rollbacks>;
  deploy(version: string): Promise<void>;
  /** `before`: the rollbacks before the deploy; undefined if hearth deployed nothing. */
  gate(version: string, baseline: Baseline | undefined, before: Rollbacks | undefined): Promise<Verdict>;
  /** Writes diagnostics, with the whole `why` of the operation, before the app is undeployed. Returns their folder. */
  captureDiagnostics(operation: Operation): Promise<string>;
  /** Full names of the volumes that the app had when the operation began and that exist no more. */
  lostVolumes(operation: Operation): Promise<readonly string[]>;
  /** Whether this operation's own snapshot is complete. */
  hasSnapshot(operation: Operation): Promise<boolean>;
  /** Checks, without a change, that snapshot `id` can be restored. Throws UnusableSnapshotError. */
  verifySnapshot(id: string): Promise<void>;
  /** Whether `restore` has begun to replace the app's data. */
  isRestoreStarted(operation: Operation): Promise<boolean>;
  /**
   * Restores the operation's snapshot. The replaced data stays beside the volumes, as does that of volumes that the
   * snapshot doesn't know.
   */
  restore(operation: Operation): Promise<void>;
  /** Removes what this and earlier operations replaced, and that a clean-up is due. */
  removeReplacedData(): Promise<void>;
  /** Records that a clean-up is due. Never throws: what can't be recorded is logged. */
  deferCleanUp(): Promise<void>;
  isCleanUpDue(): Promise<boolean>;
}
