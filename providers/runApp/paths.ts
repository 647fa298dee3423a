// Where a run's app has its things: an abra folder of the run's own, below hearth's directory.
import { join } from "node:path";
import { envPath } from "../lib/abra/index.ts";
import { runFolder } from "../lib/run/index.ts";
import type { RunApp } from "../app/inputs.ts";

/** Absolute paths. */
export interface Paths {
  /** The run's folder. */
  readonly folder: string;
  /** For `flock`: one writer of this app at a time. */
  readonly lock: string;
  /** For `flock`: one user of the recipe's clone at a time; apps of one run may share it. */
  readonly cloneLock: string;
  readonly abraDir: string;
  /** The app's .env; all of it is hearth's. */
  readonly env: string;
  /** The recipe's clone. */
  readonly clone: string;
  /** Where a secret's value lies while abra reads it. */
  readonly values: string;
}

/** Touches nothing. */
export function pathsOf({
  stateDir,
  run,
  domain,
  server,
  recipe,
}: Pick<RunApp, "stateDir" | "run" | "domain" | "server" | "recipe">): Paths {
  const folder = runFolder(stateDir, run);
  const app = join(folder, domain.split(".")[0]!);
  const abraDir = join(folder, "abra");
  return {
    folder,
    lock: `${app}.lock`,
    cloneLock: join(folder, `${recipe}.clone.lock`),
    abraDir,
    env: envPath(abraDir, server, domain),
    clone: join(abraDir, "recipes", recipe),
    values: `${app}.values`,
  };
}
