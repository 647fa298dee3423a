// The interface of a profile: everything that hearth knows about one recipe.
import type { RunScope } from "../../lib/coordination/index.ts";
import type { Baseline } from "../../lib/state/index.ts";
import type { Log } from "../../lib/text.ts";
import type { WarmAppInputs } from "../inputs.ts";

/** The inputs that a baseline depends on. */
export type ProfiledApp = Pick<WarmAppInputs, "domain" | "env">;

export interface Profile {
  /** Default health check of an app at `domain`. A `fallback` counts only with the default path. */
  health(domain: string): NonNullable<Partial<WarmAppInputs["health"]>>;
  /**
   * Whether its volumes are snapshotted and restored with its version. A profile is hearth's built-in configuration of
   * a recipe: the operator's `stateful` wins.
   */
  readonly stateful: boolean;
  /** Whether other apps are reached through it: it is deployed first, and an unreachable route is its own fault. */
  readonly ingress: boolean;
  /** The runs whose leases block its upgrade. */
  readonly blockedBy: RunScope;
  /** The runs that its maintenance blocks. */
  readonly blocks: RunScope;
  /** Records what the app serves before an upgrade. Logs and omits what can't be determined. */
  captureBaseline(app: ProfiledApp, log: Log): Promise<Baseline>;
  /**
   * Returns a function to call at each look of one gate: the first entry of `baseline` that the app no longer serves,
   * in words; undefined if it serves all.
   */
  watchRegressions(app: ProfiledApp, baseline: Baseline, log: Log): () => Promise<string | undefined>;
}
