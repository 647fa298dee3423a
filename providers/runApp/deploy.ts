// A run's app deployed through abra: clone, .env, secrets, deploy.
import { readFile, rm } from "node:fs/promises";
import { operatorAbraDir, setEnv } from "../lib/abra/index.ts";
import { writeText } from "../lib/fs/index.ts";
import { owned } from "../app/env.ts";
import { withLock } from "../lib/lock/index.ts";
import type { RunContext } from "./undeploy.ts";
import { ensureHome } from "./abraFolder.ts";
import type { Recipe } from "../lib/compose/index.ts";
import { ensureSecrets } from "./secrets.ts";

export interface Deployment extends RunContext {
  readonly recipe: Recipe;
  /** Makes the recipe's clone as it is to be deployed. */
  clone(): Promise<void>;
}

/** Deploys what `app` says; of its secrets those in `renew` are made anew, which nothing may use any more. Throws AbraError. */
export async function deploy(deployment: Deployment, renew: readonly string[]): Promise<void> {
  const { app, place, abra, say } = deployment;
  await ensureHome(place, operatorAbraDir());
  await withLock(place.cloneLock, async () => {
    await deployment.clone();
    await writeEnv(deployment);
    await ensureSecrets(deployment, renew);
    say(`${app.recipe}: deploying ${app.checkout ?? app.version}`);
    if (app.checkout === undefined) await abra.deploy(app.domain, app.version);
    else await abra.deployHere(app.domain);
  });
}

/** From the sample each time: a key that is owned no more goes back to the recipe's value. Let's Encrypt stays off unless said otherwise. */
async function writeEnv({ app, place, abra }: Deployment): Promise<void> {
  await rm(place.env, { force: true });
  await abra.newAppHere(app.recipe, app.domain, app.server);
  await writeText(
    place.env,
    Object.entries(owned(app)).reduce(
      (text, [key, value]) => setEnv(text, key, value),
      await readFile(place.env, "utf8"),
    ),
  );
}
