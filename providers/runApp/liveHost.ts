// The World of a run's app with real programs: abra, docker, git and HTTPS.
import { abraIn, operatorAbraDir, stackOf } from "../lib/abra/index.ts";
import { atTag, healthSeconds, readRecipe } from "../lib/compose/index.ts";
import { refreshMirror } from "../lib/recipe/index.ts";
import { gate, probeUnless, swarmRollback } from "../lib/health/index.ts";
import { notReplaced, snapshotServices } from "../lib/docker/index.ts";
import type { Log } from "../app/context.ts";
import type { RunApp } from "../app/inputs.ts";
import { cloneCheckout, cloneRelease } from "./clone.ts";
import { deploy } from "./deploy.ts";
import { undeploy } from "./undeploy.ts";
import { pathsOf } from "./paths.ts";
import { inFolder } from "./recipe.ts";
import { existingSecrets } from "./secrets.ts";
import type { RunHost } from "./host.ts";

/** `lock` is the descriptor of the app's lock: abra keeps it too. Throws where there is neither upstream nor mirror, or no recipe. */
export async function liveHost(app: RunApp, lock: number, say: Log): Promise<RunHost> {
  const [stack, place] = [stackOf(app.domain), pathsOf(app)];
  const mirror =
    app.checkout === undefined ? (await refreshMirror(app.recipe, app.stateDir, operatorAbraDir())).path : undefined;
  const what = app.checkout ?? app.version;
  const recipe = await readRecipe(mirror === undefined ? inFolder(what) : atTag(mirror, what), what, app);
  const clone = () =>
    mirror === undefined ? cloneCheckout(what, place.clone) : cloneRelease(mirror, what, place.clone);
  const deployment = { app, stack, place, abra: abraIn(place.abraDir, lock), say, recipe, clone };

  return {
    name: app.recipe,
    what,
    say,
    serviceSnapshot: () => snapshotServices(stack),
    existing: names => existingSecrets(deployment, names),
    deploy: renew => deploy(deployment, renew),
    undeploy: () => undeploy(deployment),

    async gate(before) {
      const start = Date.now();
      const { stableFor, margin } = app.health;
      const window = {
        stableFor: stableFor * 1000,
        deadline: (healthSeconds(recipe.compose) + stableFor + margin) * 1000,
      };
      const note = (seen: string) =>
        say(`${app.recipe}: ${seen === "good" ? `good after ${since(start)} s, watching for ${stableFor} s` : seen}`);
      const replaced = async () => {
        const waiting = notReplaced(before, await snapshotServices(stack));
        return waiting.length > 0 ? `${waiting.join(", ")} hasn't been replaced yet` : undefined;
      };
      const verdict = await gate(() => probeUnless(swarmRollback, { ...app, ingress: false }, replaced), window, note);
      if (verdict.health === "healthy") say(`${app.recipe}: healthy after ${since(start)} s`);
      return verdict;
    },
  };
}

function since(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(1);
}
