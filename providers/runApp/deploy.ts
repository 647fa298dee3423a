// Deploys a run's app through abra: clone, .env, secrets, deploy.
import { readFile, rm } from "node:fs/promises";
import { operatorAbraDir, withDefaultEnv } from "../lib/abra/index.ts";
import { writeText } from "../lib/fs/index.ts";
import { withLock } from "../lib/lock/index.ts";
import { ensureAbraDir } from "./abraFolder.ts";
import type { Deployment } from "./context.ts";
import { createSecrets } from "./secrets.ts";

/** Deploys `app`. Replaces the secrets in `renew`, which no service may use any more. Throws AbraError. */
export async function deploy(deployment: Deployment, renew: readonly string[]): Promise<void> {
  const { app, paths, abra, log } = deployment;
  await ensureAbraDir(paths, operatorAbraDir());
  await withLock(paths.cloneLock, async () => {
    await deployment.clone();
    await writeEnv(deployment);
    await createSecrets(deployment, renew);
    log(`${app.recipe}: deploying ${app.checkout ?? app.version}`);
    if (app.checkout === undefined) await abra.deploy(app.domain, app.version);
    else await abra.deployHere(app.domain);
  });
}

/** Starts from the recipe's sample, so that a variable that hearth no longer sets returns to the recipe's value. */
async function writeEnv({ app, paths, abra }: Deployment): Promise<void> {
  await rm(paths.env, { force: true });
  await abra.newAppHere(app.recipe, app.domain, app.server);
  await writeText(paths.env, withDefaultEnv(await readFile(paths.env, "utf8"), app));
}
