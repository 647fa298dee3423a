// Every query and side effect of the reaper. Times in milliseconds.
import type { Liveness, ProcessIdentity } from "../../providers/lib/process/index.ts";
import type { CoordinationStore, MaintenanceRecord } from "../../providers/lib/coordination/index.ts";
import type { LockState } from "../pulumi/locks.ts";
import type { TakenLocks } from "./locks.ts";
import type { Reason, Realms, Observed, ObservedDirectory, ObservedStack } from "./observed.ts";
import type { Stacks } from "./stacks.ts";

/** Something is skipped for now: not a failure. */
export class SkippedError extends Error {
  override readonly name = "SkippedError";
  readonly reason: Reason;

  constructor(reason: Reason, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.reason = reason;
  }
}

export interface ReapHost extends Pick<Observed, "swarm" | "baseDomain" | "warmDomains" | "keycloak"> {
  /** hearth's directory. */
  readonly stateDir: string;
  readonly store: CoordinationStore;
  /** This process. */
  readonly holder: ProcessIdentity;
  /** Milliseconds since 1970. */
  now(): number;
  /** Clock for deadlines: setting the system's time doesn't move it. */
  monotonicNow(): number;
  sleep(ms: number): Promise<void>;
  liveness(holder: ProcessIdentity): Promise<Liveness>;
  /** Whether a dead holder's maintenance belongs to no open operation. */
  isStale(maintenance: MaintenanceRecord): Promise<boolean>;

  realms(): Promise<Realms>;
  stacks(): Promise<Stacks>;
  /** Runs' stacks in Pulumi's backend, without their swarm. */
  pulumi(): Promise<readonly ObservedStack[]>;
  /** The swarm of the stack's resources; undefined if no resource names one. */
  swarmOf(pulumiStack: string): Promise<string | undefined>;
  /** The stack's lock. In a backend that is no file this takes it for a moment: not for a run that may be starting. */
  lockOf(pulumiStack: string): Promise<LockState>;
  dirs(): Promise<readonly ObservedDirectory[]>;

  /** Takes every lock of the run, so that no other process works on it. Throws LockedError at `until` (monotonic). */
  takeLocks(run: string, until: number): Promise<TakenLocks>;
  /** For each of these, absent is success; SkippedError means later. Returns whether there was a realm. */
  removeRealm(run: string): Promise<boolean>;
  removeStack(swarmStack: string): Promise<void>;
  /** Breaks locks of dead holders, and the one that `lock` describes. */
  removePulumi(pulumiStack: string, lock: string | undefined): Promise<void>;
  removeDir(run: string): Promise<void>;
}
