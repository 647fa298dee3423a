// All that an operation looks at and does, one side effect a method: so that each can be made to fail, or be cut off, in a spec.
import type { Verdict } from "../lib/health/index.ts";
import type { Baseline, OperationChanges, Operation, OperationStep } from "../lib/state/index.ts";

export interface Running {
  readonly deployed: boolean;
  /** From the label that abra wrote. */
  readonly version: string | undefined;
}

/** An event that an operator must act on or should know of; `key` identifies it, and it is reported once. */
export interface Notice {
  readonly key: string;
  readonly severity: "info" | "warning" | "critical";
  readonly why: string;
  readonly attempted?: string | undefined;
  readonly recovered?: boolean;
  /** abra's own last word. */
  readonly fatal?: string | undefined;
  readonly diagnostics?: string | undefined;
  /** What to do; often nothing. */
  readonly todo: string;
}

/** One app on its host. Every method may be called again after it was cut off in the middle. */
export interface UpgradeHost {
  /** The app's recipe: how lines begin. */
  readonly name: string;
  /** Whether it has volumes that must go back with its version. */
  readonly stateful: boolean;
  log(line: string): void;
  /** Masks known secrets and credentials in another program's words, before they are logged, stored or thrown. */
  mask(text: string): string;

  running(): Promise<Running>;

  /** The journal: what was begun and isn't closed. */
  operation(): Promise<Operation | undefined>;
  /** Opens the journal, with what the app shows now. */
  begin(plan: { readonly from: string; readonly to: string }): Promise<Operation>;
  /** Opens the journal for a way back to a snapshot, in the place of one that is broken; its .env is what `restoreEnv` puts back. */
  beginRestore(to: { readonly version: string; readonly snapshot: string }): Promise<Operation>;
  /** The operation at its next step: on the disk before it returns. */
  writeStep(operation: Operation, step: OperationStep, changes?: OperationChanges): Promise<Operation>;
  close(): Promise<void>;

  lastGood(): Promise<string | undefined>;
  /** `version` passed its gate: last-good.json, and its images kept. */
  commit(version: string): Promise<void>;
  reject(version: string, why: string): Promise<void>;
  alert(notice: Notice): Promise<void>;

  /** Nothing is stopped before all of it holds. Throws ReleaseFault where the release itself is to blame. */
  preflight(operation: Operation): Promise<void>;
  /** Maintenance, so that no run begins on the app; until none uses it. `what` is done, in words. Throws InUseError. */
  drain(what: string): Promise<void>;
  /** Maintenance as this process's, for what goes on: no run is waited for. */
  claimMaintenance(what: string): Promise<void>;
  releaseMaintenance(): Promise<void>;
  /** The .env as it is, kept for the way back; then with what `version` needs, and its secrets. */
  prepare(operation: Operation): Promise<void>;
  /** The .env as `prepare` found it. */
  restoreEnv(operation: Operation): Promise<void>;
  /** What Traefik routes to first, then the rest; until nothing of it is left. */
  stop(): Promise<void>;
  /** Of every volume, written, synced, read back and compared. */
  snapshot(operation: Operation): Promise<void>;
  deploy(version: string): Promise<void>;
  gate(version: string, witness: Baseline | undefined): Promise<Verdict>;
  /** Writes diagnostics before the app is undeployed. Returns their folder. */
  captureDiagnostics(operation: Operation): Promise<string>;
  /** This operation's snapshot back into the volumes; what was in them stays beside. */
  restore(operation: Operation): Promise<void>;
  /** Removes the data that `restore` replaced. */
  removeReplacedData(operation: Operation): Promise<void>;
}
