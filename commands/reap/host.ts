// All that the reaper looks at and does. Times in milliseconds.
import type { Liveness, ProcessIdentity } from "../../providers/lib/process/index.ts";
import type { CoordinationStore, MaintenanceRecord } from "../../providers/lib/coordination/index.ts";
import type { Taken } from "./locks.ts";
import type { Reason, Realms, Observed, ObservedDirectory, ObservedStack } from "./observed.ts";
import type { Stacks } from "./stacks.ts";

/** Something is better left as it is, for now: no failure. */
export class LeftAloneError extends Error {
  override readonly name = "LeftAloneError";
  readonly reason: Reason;

  constructor(reason: Reason, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.reason = reason;
  }
}

export interface ReapHost extends Pick<Observed, "swarm" | "baseDomain" | "kept" | "keycloak"> {
  readonly store: CoordinationStore;
  /** This process. */
  readonly holder: ProcessIdentity;
  now(): number;
  sleep(ms: number): Promise<void>;
  liveness(holder: ProcessIdentity): Promise<Liveness>;
  /** Whether a maintenance whose holder is dead is over. */
  isStale(maintenance: MaintenanceRecord): Promise<boolean>;

  realms(): Promise<Realms>;
  stacks(): Promise<Stacks>;
  /** Runs' stacks in Pulumi's backend; without the swarm they are of. */
  pulumi(): Promise<readonly ObservedStack[]>;
  /** The swarm that the stack's resources are of; undefined where none says so. */
  swarmOf(pulumiStack: string): Promise<string | undefined>;
  /** Of whoever has the stack's lock, and in words who that is. */
  lockOf(pulumiStack: string): Promise<{ readonly liveness: ObservedStack["lock"]; readonly words: string }>;
  dirs(): Promise<readonly ObservedDirectory[]>;

  /** Everything that works on the run kept out until it is released. Throws LockedError at `until`. */
  takeLocks(run: string, until: number): Promise<Taken>;
  /** Each takes what is absent for success; what may go later throws LeftAloneError. The first says whether there was a realm. */
  removeRealm(run: string): Promise<boolean>;
  removeStack(swarmStack: string): Promise<void>;
  removePulumi(pulumiStack: string): Promise<void>;
  removeDir(run: string): Promise<void>;
}
