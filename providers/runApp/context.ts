// The context of a change to a run's app.
import type { Abra } from "../lib/abra/index.ts";
import type { Recipe } from "../lib/compose/index.ts";
import type { Log } from "../lib/text.ts";
import type { CheckedRunApp } from "./inputs.ts";
import type { Paths } from "./paths.ts";

/** A run's app on this host. The caller holds its lock. */
export interface RunContext {
  readonly app: CheckedRunApp;
  readonly stack: string;
  readonly paths: Paths;
  readonly abra: Abra;
  readonly log: Log;
}

/** A run's app with the recipe to deploy. */
export interface Deployment extends RunContext {
  readonly recipe: Recipe;
  /** Creates the recipe's clone that abra deploys from. */
  clone(): Promise<void>;
}
