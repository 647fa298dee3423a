// The secrets that a version of a warm app needs.
import { ensureSecrets } from "../lib/secrets/index.ts";
import type { AppContext } from "./context.ts";
import { readEnv } from "./env.ts";

/** Creates those that the swarm lacks. Throws MissingSecretError, AbraError, RecipeError. */
export async function ensureSecretsOf(context: AppContext, version: string): Promise<void> {
  const { sample, compose } = await context.recipeAt(version);
  const texts = [await readEnv(context.app), sample];
  await ensureSecrets(context, { secrets: compose.secrets, texts }, context.log);
}
