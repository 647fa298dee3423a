// What Pulumi's engine asks of an App.
import { raise } from "../lib/alerts/index.ts";
import { clean, failuresOf, hasUnknown, StateError, type Checked } from "../pulumi/protocol.ts";
import { appFolder, markUndeployedOnPurpose, readLastGood } from "../lib/state/index.ts";
import { BrokenError } from "./errors.ts";
import { surviveParent } from "../pulumi/process.ts";
import { HEALTHY, NOT_DEPLOYED, observe, UnhealthyError } from "../lib/health/index.ts";
import { wholeApp, type CheckedApp } from "./inputs.ts";
import type { Outcome } from "./reconcile.ts";
import { resolve, type Before } from "./resolve.ts";
import type { RunAppState } from "../runApp/methods.ts";
import { errorMessage } from "../lib/text.ts";

type Raw = Record<string, unknown> & { __provider: string };

/** What an App's state holds: its inputs as resolved, and what was learnt. */
export interface AppState extends CheckedApp {
  readonly __provider: string;
  readonly url: string;
  readonly adopted: boolean;
}

/** Loaded where something is to be changed: a preview only looks, and waits for it no more. */
const changing = () => import("./reconcile.ts");

/** An app of a run, which is another thing to make, to change and to take away. */
const ofRun = (app: AppState | RunAppState): app is RunAppState => app.lifetime === "run";
const run = () => import("../runApp/methods.ts");

const say = (line: string): void => console.log(line);

export const provider = surviveParent({
  async check(olds: Before, news: Raw): Promise<Checked> {
    const { __provider, ...given } = news;
    if (hasUnknown(given)) return { inputs: news, failures: [] };
    const parsed = wholeApp.safeParse(given);
    if (!parsed.success) return { inputs: news, failures: failuresOf(parsed.error) };
    try {
      if (parsed.data.lifetime === "run") {
        const { inputs, failures } = await (await run()).check(parsed.data, olds);
        return { inputs: clean({ ...inputs, __provider }), failures };
      }
      const { inputs, failures, line } = await resolve(parsed.data, olds);
      if (line !== "") say(line);
      return { inputs: clean({ ...inputs, __provider }), failures: [...failures] };
    } catch (error) {
      return {
        inputs: news,
        failures: [{ property: "recipe", reason: error instanceof Error ? error.message : String(error) }],
      };
    }
  },

  async diff(_id: string, olds: AppState, news: AppState) {
    if (ofRun(olds) !== ofRun(news)) return { changes: true, replaces: ["lifetime"], deleteBeforeReplace: true };
    if (ofRun(olds) && ofRun(news)) return (await run()).diff(olds, news);
    const compared = [
      "recipe",
      "domain",
      "server",
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
    const changed = compared.some(key => JSON.stringify(olds[key]) !== JSON.stringify(news[key]));
    const replaces =
      olds.domain === news.domain && olds.recipe === news.recipe && olds.server === news.server ? [] : ["domain"];
    return { changes: changed || news.condition !== HEALTHY, replaces, deleteBeforeReplace: true };
  },

  async create(app: AppState) {
    if (ofRun(app)) return (await run()).create(app);
    const id = app.domain;
    // Whatever comes of it: what was there before hearth is never hearth's to take down.
    const there = await observe(app).then(
      seen => seen.deployed,
      () => true,
    );
    try {
      const { reconcile } = await changing();
      const outcome = await reconcile(app, { first: true, envChanged: false, adopted: false }, say);
      await tellHeld(app);
      return { id, outs: stateOf(app, outcome) };
    } catch (error) {
      // Something of it may stand: Pulumi must know of it, and try again on the next up.
      throw new StateError(id, stateOf(app, { version: app.version, adopted: there }), errorMessage(error), error);
    }
  },

  async update(id: string, olds: AppState, news: AppState) {
    if (ofRun(olds) && ofRun(news)) return (await run()).update(id, olds, news);
    const envChanged = JSON.stringify(olds.env) !== JSON.stringify(news.env);
    try {
      await tellHeld(news);
      const { reconcile } = await changing();
      // Still to be adopted: it was there, and has never been seen well yet.
      const first = olds.adopted && (await readLastGood(appFolder(news.stateDir, news.domain))) === undefined;
      const outcome = await reconcile(news, { first, envChanged, adopted: olds.adopted }, say);
      return { outs: stateOf(news, outcome) };
    } catch (error) {
      // Back as it was: a plain error leaves the state as it is. Not back: the state says what really runs.
      if (!(error instanceof BrokenError) && !(error instanceof UnhealthyError)) throw error;
      const { version = olds.version } = await observe(news);
      throw new StateError(id, stateOf(olds, { version, adopted: olds.adopted }), errorMessage(error), error);
    }
  },

  async read(id: string, state: AppState) {
    if (ofRun(state)) return (await run()).read(id, state);
    const seen = await observe(state);
    if (!seen.deployed) return { id, props: clean({ ...state, condition: NOT_DEPLOYED }) };
    return { id, props: clean({ ...state, version: seen.version ?? state.version, condition: seen.condition }) };
  },

  async delete(_id: string, state: AppState) {
    if (ofRun(state)) return (await run()).remove(state);
    if (state.adopted) return say(`${state.recipe}: was there before hearth, so it stays deployed`);
    const { undeploy } = await changing();
    await undeploy(state, say);
    await markUndeployedOnPurpose(appFolder(state.stateDir, state.domain));
  },
});

function stateOf(app: AppState, outcome: Outcome): AppState {
  return clean({ ...app, ...outcome, condition: HEALTHY, url: `https://${app.domain}` });
}

/** Each hold makes its alert once: it waits for a person. */
async function tellHeld({ recipe, domain, stateDir, version, held }: AppState): Promise<void> {
  for (const hold of held) {
    const [attempted = "", ...why] = hold.split(": ");
    const todo = `hearth approve ${recipe} ${attempted}, once you have read its notes`;
    await raise(
      stateDir,
      {
        key: `${domain} held ${attempted}`,
        severity: "info",
        app: recipe,
        attempted,
        lastGood: version,
        why: why.join(": "),
        todo,
      },
      say,
    );
  }
}
