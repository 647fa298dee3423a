// RunApp's provider: the six methods that Pulumi's engine calls.
import { underLease } from "../lib/coordination/index.ts";
import { maskError, namedSecrets } from "../lib/diagnostics/index.ts";
import { findDeployed, HEALTHY, isUnreachable, observe } from "../lib/health/index.ts";
import { logOfRun } from "../lib/run/index.ts";
import { errorMessage } from "../lib/text.ts";
import { checkResource, requireSwarm } from "../pulumi/check.ts";
import { surviveParent } from "../pulumi/process.ts";
import { type Checked, clean, type Registered, type ResourceInputs, StateError } from "../pulumi/protocol.ts";
import { type CheckedRunApp, runAppInputs } from "./inputs.ts";
import { type PreviousCheck, resolve } from "./resolve.ts";

/** A RunApp's state: its checked inputs, the version that runs, and its URL. */
export interface RunAppState extends CheckedRunApp, Registered {
  readonly url: string;
}

/** A change in one of these makes it another app: it is replaced, so that nothing of the old one remains. */
const identity = ["recipe", "domain", "server", "run", "stateDir"] as const;
const settings = ["env", "secrets", "secretValues", "health", "checkout", "revision"] as const;

/** Loaded only to change something: a preview needs none of it. */
const loadChanges = () => import("./change.ts");

export const provider = surviveParent({
  check(olds: PreviousCheck, news: ResourceInputs): Promise<Checked> {
    return checkResource(runAppInputs, news, "recipe", inputs => resolve(inputs, olds, logOfRun));
  },

  async diff(_id: string, olds: RunAppState, news: RunAppState) {
    const replaces = identity.some(key => differs(olds, news, key)) ? ["domain"] : [];
    const changes = replaces.length > 0 || settingsDiffer(olds, news) || news.condition !== HEALTHY;
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(app: RunAppState) {
    const { ensureApp, removeApp } = await loadChanges();
    const renew = Object.keys({ ...app.secrets, ...app.secretValues });
    const create = async () => {
      try {
        return await ensureApp(app, renew, logOfRun);
      } catch (error) {
        // Record the app, which may be half deployed, so that destroy removes it. Omit its secrets, so that the next up
        // inserts them again.
        const state = { ...stateOf(app, app.version), condition: "failed", secrets: {}, secretValues: {} };
        throw new StateError(app.domain, state, maskedMessage(error, app), error);
      }
    };
    const version = await underLease(app.run, create, () => removeApp(app, logOfRun));
    return { id: app.domain, outs: stateOf(app, version) };
  },

  async update(id: string, olds: RunAppState, news: RunAppState) {
    const { changedSecrets, ensureApp, removeApp, waitUntilReachable } = await loadChanges();
    const renew = changedSecrets(olds, news);
    const isRouteAlone = isUnreachable(news.condition) && !settingsDiffer(olds, news);
    const change = async () => {
      try {
        return await (isRouteAlone ? waitUntilReachable(news, logOfRun) : ensureApp(news, renew, logOfRun));
      } catch (error) {
        const observed = await findDeployed(news).catch(() => undefined);
        const secrets = renew.length > 0 ? { secrets: {}, secretValues: {} } : {};
        const state = { ...olds, version: observed?.version ?? olds.version, ...secrets };
        throw new StateError(id, state, maskedMessage(error, news), error);
      }
    };
    const version = await underLease(news.run, change, () => removeApp(news, logOfRun));
    return { outs: stateOf(news, version) };
  },

  async read(id: string, state: RunAppState) {
    await requireSwarm(`${state.domain} lives`, state.swarm);
    const observed = await observe({ ...state, ingress: false });
    if (!observed.deployed) return {};
    const version = observed.version ?? state.version;
    return { id, props: clean({ ...state, version, condition: observed.condition }) };
  },

  async delete(_id: string, state: RunAppState): Promise<void> {
    await requireSwarm(`${state.domain} lives`, state.swarm); // absent there, it may still run on its own
    const { removeApp } = await loadChanges();
    await removeApp(state, logOfRun).catch(error => {
      throw masked(error, state);
    });
  },
});

function differs(olds: RunAppState, news: RunAppState, key: keyof RunAppState): boolean {
  return JSON.stringify(olds[key]) !== JSON.stringify(news[key]);
}

function settingsDiffer(olds: RunAppState, news: RunAppState): boolean {
  // abra names a checkout's version itself, so it never equals the requested one: compare the revision instead.
  const version = news.checkout === undefined && differs(olds, news, "version");
  return version || settings.some(key => differs(olds, news, key));
}

function stateOf(app: RunAppState, version: string): RunAppState {
  return clean({ ...app, version, condition: HEALTHY, url: `https://${app.domain}` });
}

function maskedMessage(error: unknown, app: CheckedRunApp): string {
  return errorMessage(masked(error, app));
}

/** A template may fill a secret into a variable too. */
function masked(error: unknown, { secretValues, env }: CheckedRunApp): unknown {
  return maskError(error, [...Object.values(secretValues), ...namedSecrets(env)]);
}
