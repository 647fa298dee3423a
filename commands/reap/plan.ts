// What was seen of one run, and what is to go of it.
import type { LeaseRecord, StoredRecord } from "../../providers/lib/coordination/index.ts";
import type { Run } from "../../providers/lib/run/index.ts";
import type { Observed, ObservedDirectory, ObservedLease, ObservedStack, Skip } from "./observed.ts";

export interface Part {
  readonly kind: "realm" | "stack" | "pulumi stack" | "run folder" | "lease";
  readonly name: string;
  /** Whether it was seen: what wasn't is asked for all the same, as it may have been made since. */
  readonly seen: boolean;
}

/** What goes of one run, in this order. */
export interface Plan {
  readonly run: string;
  readonly why: string;
  readonly lease: StoredRecord<LeaseRecord> | undefined;
  /** Every domain that may be the run's. */
  readonly domains: readonly string[];
  readonly parts: readonly Part[];
}

/** All that was seen of one run. */
export interface Traces {
  readonly name: string;
  readonly run: Run;
  readonly lease: ObservedLease | undefined;
  /** A realm of its own, proved by its attributes; `foreign`: one that only bears its name. */
  readonly realm: { readonly made: unknown } | "foreign" | undefined;
  readonly pulumi: ObservedStack | undefined;
  readonly dir: ObservedDirectory | undefined;
}

export interface Verdict {
  readonly plan?: Plan;
  readonly skips: readonly Skip[];
}

export interface Situation extends Pick<Observed, "swarm" | "baseDomain" | "began" | "stacks" | "names"> {
  /** Why the kept Keycloak's realms are left alone; undefined where they aren't. */
  readonly unseen: Omit<Skip, "what"> | undefined;
  /** Swarm stacks that stay whatever else is found: the kept apps', and those of runs that live. */
  readonly kept: ReadonlySet<string>;
  readonly live: ReadonlySet<string>;
}
