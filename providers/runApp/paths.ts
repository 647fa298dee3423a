// Paths of a run's app: in the run's folder, below hearth's directory.
import { join } from "node:path";
import { envPath } from "../lib/abra/index.ts";
import { runFolder } from "../lib/run/index.ts";
import type { CheckedRunApp } from "./inputs.ts";

/** Absolute paths. */
export interface Paths {
  /** The run's folder. */
  readonly folder: string;
  /** Lock file: one process at a time changes the app. */
  readonly lock: string;
  /** Lock file: one process at a time uses the recipe's clone, which apps of a run may share. */
  readonly cloneLock: string;
  /** The run's abra folder. */
  readonly abraDir: string;
  /** The app's .env, written by hearth alone. */
  readonly env: string;
  /** The recipe's clone. */
  readonly clone: string;
  /** Folder for secret values while abra reads them. */
  readonly values: string;
}

/** Computes the paths; creates nothing. */
export function pathsOf(app: Pick<CheckedRunApp, "stateDir" | "run" | "domain" | "server" | "recipe">): Paths {
  const folder = runFolder(app.stateDir, app.run);
  const appPath = join(folder, app.domain.split(".")[0]!);
  const abraDir = join(folder, "abra");
  return {
    folder,
    lock: `${appPath}.lock`,
    cloneLock: join(folder, `${app.recipe}.clone.lock`),
    abraDir,
    env: envPath(abraDir, app.server, app.domain),
    clone: join(abraDir, "recipes", app.recipe),
    values: `${appPath}.values`,
  };
}
