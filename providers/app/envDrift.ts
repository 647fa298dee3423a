// Finds the keys of an app's .env that hearth owns and that have another value than configured: `check` announces them,
// `reconcile` sets them. Names only: a value may be a secret.
import { outdatedKeys } from "../lib/abra/index.ts";
import type { DeployedApp } from "../lib/health/index.ts";
import { hasTag } from "../lib/recipe/index.ts";
import { type EnvInputs, readEnv } from "./env.ts";

export interface EnvDrift {
  readonly keys: readonly string[];
  /** Why the next `up` leaves them as they are; undefined if it sets them. */
  readonly held: string | undefined;
}

/** Without .env none: it is made with the configured values. `mirror`: path of the recipe's mirror. */
export async function readEnvDrift(app: EnvInputs, mirror: string, deployed: DeployedApp): Promise<EnvDrift> {
  const text = await readEnv(app);
  const keys = text === "" ? [] : outdatedKeys(text, app);
  return { keys, held: keys.length === 0 ? undefined : await reasonToLeave(mirror, deployed) };
}

/** The keys that the next `up` sets. */
export function keysToSet({ keys, held }: EnvDrift): readonly string[] {
  return held === undefined ? keys : [];
}

/** Setting them takes a deploy, which would replace what the operator deployed from elsewhere by a tag. */
async function reasonToLeave(mirror: string, { deployed, version, chaos }: DeployedApp): Promise<string | undefined> {
  if (!deployed) return undefined;
  if (chaos) return "deployed by chaos";
  if (version === undefined) return "deployed without a version";
  return (await hasTag(mirror, version)) ? undefined : `${version} is no tag of its recipe`;
}
