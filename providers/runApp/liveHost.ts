// The host of a run's app with real programs: abra, docker, git and HTTPS.
import { abraIn, operatorAbraDir } from "../lib/abra/index.ts";
import {
  atTag,
  healthSeconds,
  imageReferences,
  lacksHealthcheck,
  type Recipe,
  readRecipe,
} from "../lib/compose/index.ts";
import {
  ensureImages,
  notReplaced,
  type Rollbacks,
  rollbacksOf,
  type Service,
  servicesOf,
  type ServiceSnapshot,
  snapshotServices,
  stackOf,
  timeoutLabel,
} from "../lib/docker/index.ts";
import {
  gate,
  gateLine,
  healthWindow,
  prober,
  type StartTimes,
  swarmRollback,
  type Verdict,
} from "../lib/health/index.ts";
import { refreshMirror } from "../lib/recipe/index.ts";
import { heedInterruption, orAborted } from "../lib/run/index.ts";
import type { Log } from "../lib/text.ts";
import { monotonicNow, since } from "../lib/time/index.ts";
import { cloneCheckout, cloneRelease } from "./clone.ts";
import type { Deployment } from "./context.ts";
import { deploy } from "./deploy.ts";
import type { RunHost } from "./host.ts";
import type { CheckedRunApp } from "./inputs.ts";
import { pathsOf } from "./paths.ts";
import { inFolder } from "./recipe.ts";
import { existingSecrets } from "./secrets.ts";
import { undeploy } from "./undeploy.ts";

/** `lock`: descriptor of the app's lock, which abra inherits. Throws UnknownRecipeError, RecipeError, ProgramError. */
export async function liveHost(app: CheckedRunApp, lock: number, log: Log): Promise<RunHost> {
  const paths = pathsOf(app);
  const source =
    app.checkout === undefined ? await release(app, paths.clone, log) : await checkout(app.checkout, app, paths.clone);
  const deployment = { app, stack: stackOf(app.domain), paths, abra: abraIn(paths.abraDir, lock), log, ...source };
  /** Those before the deploy; undefined if this process deploys nothing. */
  let rollbacks: Rollbacks | undefined;
  return {
    name: app.recipe,
    target: app.checkout ?? app.version,
    log,
    async serviceSnapshot() {
      rollbacks = rollbacksOf(await servicesOf(deployment.stack));
      return snapshotServices(deployment.stack);
    },
    existingSecrets: names => existingSecrets(deployment, names),
    pullImages: () =>
      heedInterruption(signal =>
        orAborted(ensureImages(imageReferences(source.recipe.compose), app.recipe, log), signal),
      ),
    deploy: renew => deploy(deployment, renew),
    undeploy: () => undeploy(deployment),
    gate: before => waitForHealth(deployment, before, rollbacks),
  };
}

type Source = Pick<Deployment, "clone"> & { readonly recipe: Recipe };

async function release(app: CheckedRunApp, clone: string, log: Log): Promise<Source> {
  const { path } = await refreshMirror(app.recipe, app.stateDir, operatorAbraDir(), log);
  const recipe = await readRecipe(atTag(path, app.version), app.version, app);
  return { recipe, clone: () => cloneRelease(path, app.version, clone) };
}

async function checkout(folder: string, app: CheckedRunApp, clone: string): Promise<Source> {
  return { recipe: await readRecipe(inFolder(folder), folder, app), clone: () => cloneCheckout(folder, clone) };
}

async function waitForHealth(
  { app, stack, recipe, log }: Deployment,
  before: readonly ServiceSnapshot[],
  rollbacks: Rollbacks | undefined,
): Promise<Verdict> {
  const start = monotonicNow();
  const notReplacedYet = async () => {
    const waiting = notReplaced(before, await snapshotServices(stack));
    return waiting.length > 0 ? `${waiting.join(", ")} not replaced yet` : undefined;
  };
  const findRollback = (services: readonly Service[]) => rollbacks && swarmRollback(services, rollbacks);
  const probe = prober({ ...app, ingress: false }, findRollback, notReplacedYet);
  const window = healthWindow(app.health, await startTimes(stack, recipe));
  const onChange = (seen: string) => log(`${app.recipe}: ${gateLine(seen, since(start), app.health)}`);
  const verdict = await heedInterruption(signal => orAborted(gate(probe, window, onChange), signal));
  if (verdict.health === "healthy") log(`${app.recipe}: healthy after ${since(start)}`);
  return verdict;
}

/** A look at the services that fails is repeated by the gate; it has no label then. */
async function startTimes(stack: string, { compose, env }: Recipe): Promise<StartTimes> {
  const services = await servicesOf(stack).catch(() => []);
  return {
    healthchecks: healthSeconds(compose),
    lacksHealthcheck: lacksHealthcheck(compose),
    timeouts: [env["TIMEOUT"], timeoutLabel(stack, services)],
  };
}
