// WarmApp's provider: the six methods that Pulumi's engine calls.
import { raise } from "../lib/alerts/index.ts";
import { findDeployed, HEALTHY, NOT_DEPLOYED, UnhealthyError } from "../lib/health/index.ts";
import { appFolder, readLastGood } from "../lib/state/index.ts";
import { errorMessage } from "../lib/text.ts";
import { checkResource, requireSwarm } from "../pulumi/check.ts";
import { surviveParent } from "../pulumi/process.ts";
import { type Checked, clean, type Registered, type ResourceInputs, StateError } from "../pulumi/protocol.ts";
import { BrokenError } from "./errors.ts";
import { type CheckedWarmApp, warmAppInputs } from "./inputs.ts";
import { describeReasons } from "./release.ts";
import type { Outcome } from "./reconcile.ts";
import { observeApp } from "./observeApp.ts";
import { forgetInputs } from "./recordedInputs.ts";
import { resolve } from "./resolve.ts";
import type { PreviousCheck } from "./situation.ts";

/** A WarmApp's state: its checked inputs, what runs, and whether hearth found it running. */
interface WarmAppState extends CheckedWarmApp, Registered {
  readonly url: string;
  readonly adopted: boolean;
}

/** A change in one of these makes it another app. */
const identity = ["recipe", "domain", "server"] as const;
const settings = [
  "version",
  "env",
  "secrets",
  "health",
  "stateful",
  "updates",
  "snapshots",
  "stateDir",
  "held",
] as const;

/** Loaded only to change something: a preview needs none of it. */
const loadChanges = () => import("./reconcile.ts");

const log = (line: string): void => console.log(line);

export const provider = surviveParent({
  check(olds: PreviousCheck, news: ResourceInputs): Promise<Checked> {
    return checkResource(warmAppInputs, news, "recipe", async inputs => {
      const resolution = await resolve(inputs, olds, log);
      if (resolution.line !== "") log(resolution.line);
      return resolution;
    });
  },

  async diff(_id: string, olds: WarmAppState, news: WarmAppState) {
    const differs = (key: keyof WarmAppState) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]);
    const replaces = identity.some(differs) ? ["domain"] : [];
    // A refresh compares the state itself, and an older hearth wrote it without these.
    const { drifted = [], recorded = true }: Partial<WarmAppState> = news;
    const isDue = news.condition !== HEALTHY || drifted.length > 0 || !recorded;
    const changes = replaces.length > 0 || settings.some(differs) || isDue;
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(app: WarmAppState) {
    const id = app.domain;
    // If unknown, assume that it was deployed: delete must never undeploy an app that hearth didn't deploy.
    const wasDeployed = await findDeployed(app).then(
      observed => observed.deployed,
      () => true,
    );
    try {
      const { reconcile } = await loadChanges();
      const outcome = await reconcile(app, { first: true, adopted: false }, log);
      await alertHeld(app);
      return { id, outs: stateOf(app, outcome) };
    } catch (error) {
      // Record the app, which may be half deployed, so that the next up tries again.
      const state = stateOf(app, { version: app.version, adopted: wasDeployed });
      throw new StateError(id, state, errorMessage(error), error);
    }
  },

  async update(id: string, olds: WarmAppState, news: WarmAppState) {
    try {
      await alertHeld(news);
      const { reconcile } = await loadChanges();
      // Never healthy so far: the adoption isn't complete.
      const first = olds.adopted && (await readLastGood(appFolder(news.stateDir, news.domain))) === undefined;
      const outcome = await reconcile(news, { first, adopted: olds.adopted }, log);
      return { outs: stateOf(news, outcome) };
    } catch (error) {
      // After a rollback the old state is correct: a plain error keeps it. Otherwise record the version that runs.
      if (!(error instanceof BrokenError) && !(error instanceof UnhealthyError)) throw error;
      const { version = olds.version } = await findDeployed(news);
      throw new StateError(id, stateOf(olds, { version, adopted: olds.adopted }), errorMessage(error), error);
    }
  },

  async read(id: string, state: WarmAppState) {
    await requireSwarm(`${state.domain} lives`, state.swarm);
    const observed = await observeApp(state);
    if (!observed.deployed) return { id, props: clean({ ...state, condition: NOT_DEPLOYED }) };
    const version = observed.version ?? state.version;
    return { id, props: clean({ ...state, version, condition: observed.condition }) };
  },

  async delete(_id: string, state: WarmAppState) {
    if (state.adopted) {
      await forgetInputs(appFolder(state.stateDir, state.domain));
      return log(`${state.recipe}: stays deployed, hearth only adopted it`);
    }
    await requireSwarm(`${state.domain} lives`, state.swarm);
    const { undeploy } = await loadChanges();
    await undeploy(state, log);
  },
});

function stateOf(app: WarmAppState, outcome: Outcome): WarmAppState {
  return clean({ ...app, ...outcome, condition: HEALTHY, drifted: [], recorded: true, url: `https://${app.domain}` });
}

/** Raises one alert for each held version: a person has to approve it. */
async function alertHeld({ recipe, domain, stateDir, version, held }: WarmAppState): Promise<void> {
  for (const hold of held) {
    const { version: attempted, reasons, notes, approvable } = hold;
    const key = `${domain} held ${attempted}`;
    const approval = `hearth approve ${recipe} ${attempted}${notes.length > 0 ? ", once you have read its notes" : ""}`;
    const todo = approvable ? approval : "give what is missing a value in the .env or in hearth:apps";
    const why = describeReasons(reasons);
    await raise(stateDir, { key, severity: "info", app: recipe, attempted, lastGood: version, why, todo }, log);
  }
}
