// All that the reaper looks at and does. Times in milliseconds.
import type { Life, Owner } from "../../providers/lib/process/identity.ts";
import type { Board, MaintenanceNote } from "../../providers/lib/coordination/coordinationStore.ts";
import type { Taken } from "./locks.ts";
import type { Reason, Realms, Seen, SeenDir, SeenPulumi } from "./observed.ts";
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

export interface World extends Pick<Seen, "swarm" | "baseDomain" | "kept" | "keycloak"> {
  readonly board: Board;
  /** This process. */
  readonly owner: Owner;
  now(): number;
  sleep(ms: number): Promise<void>;
  life(owner: Owner): Promise<Life>;
  /** Whether a maintenance whose owner is dead is over. */
  isLeftOver(maintenance: MaintenanceNote): Promise<boolean>;

  realms(): Promise<Realms>;
  stacks(): Promise<Stacks>;
  /** Runs' stacks in Pulumi's backend; without the swarm they are of. */
  pulumi(): Promise<readonly SeenPulumi[]>;
  /** The swarm that the stack's resources are of; undefined where none says so. */
  swarmOf(pulumiStack: string): Promise<string | undefined>;
  /** Of whoever has the stack's lock, and in words who that is. */
  lockOf(pulumiStack: string): Promise<{ readonly life: SeenPulumi["lock"]; readonly words: string }>;
  dirs(): Promise<readonly SeenDir[]>;

  /** Everything that works on the run kept out until it is released. Throws LockedError at `until`. */
  takeLocks(run: string, until: number): Promise<Taken>;
  /** Each takes what is absent for success; what may go later throws LeftAloneError. The first says whether there was a realm. */
  removeRealm(run: string): Promise<boolean>;
  removeStack(swarmStack: string): Promise<void>;
  removePulumi(pulumiStack: string): Promise<void>;
  removeDir(run: string): Promise<void>;
}
