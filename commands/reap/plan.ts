// What was observed of one run, and what to remove of it.
import type { LeaseRecord, StoredRecord } from "../../providers/lib/coordination/index.ts";
import type { Run } from "../../providers/lib/run/index.ts";
import type { Observed, ObservedDirectory, ObservedLease, ObservedStack, Skip } from "./observed.ts";

export interface Part {
  readonly kind: "realm" | "stack" | "pulumi stack" | "run folder" | "lease";
  readonly name: string;
  /** Whether it was observed. If not, it is removed all the same: it may have been created since. */
  readonly seen: boolean;
}

/** What to remove of one run, in this order. */
export interface Plan {
  readonly run: string;
  readonly why: string;
  readonly lease: StoredRecord<LeaseRecord> | undefined;
  /** Every domain that may be the run's. */
  readonly domains: readonly string[];
  readonly parts: readonly Part[];
  /** The words of a Pulumi lock that has ended although its holder's liveness is unknown. */
  readonly endedLock?: string | undefined;
}

/** Everything observed of one run. */
export interface Traces {
  readonly name: string;
  readonly run: Run;
  readonly lease: ObservedLease | undefined;
  /** Its realm, proved by its attributes; `foreign`: a realm that only has its name. */
  readonly realm: { readonly made: unknown } | "foreign" | undefined;
  readonly pulumi: ObservedStack | undefined;
  readonly dir: ObservedDirectory | undefined;
}

export interface Verdict {
  readonly plan?: Plan;
  readonly skips: readonly Skip[];
}

export interface RunContext extends Pick<Observed, "swarm" | "baseDomain" | "began" | "stacks" | "names"> {
  /** Why the warm Keycloak's realms are skipped; undefined if they aren't. */
  readonly unseen: Omit<Skip, "what"> | undefined;
  /** Swarm stacks that are never removed: the warm apps' and those of active runs. */
  readonly warmStacks: ReadonlySet<string>;
  readonly live: ReadonlySet<string>;
}
