// What Pulumi's engine asks of a run's app.
import { wrongSwarmMessage } from "../pulumi/check.ts";
import { clean, StateError, type Checked } from "../pulumi/protocol.ts";
import { mask } from "../lib/diagnostics/index.ts";
import { logOfRun } from "../lib/run/index.ts";
import { clusterId } from "../lib/docker/index.ts";
import type { AppInputs, RunApp } from "../app/inputs.ts";
import { HEALTHY, observe } from "../lib/health/index.ts";
import { resolveRun, type Before } from "./resolve.ts";
import { errorMessage } from "../lib/text.ts";

/** What its state holds: its inputs as resolved, the version that really runs, and where. */
export interface RunAppState extends RunApp {
  readonly __provider: string;
  readonly url: string;
}

const changing = () => import("./change.ts");

export async function check(app: AppInputs, olds: Before): Promise<Checked> {
  const { inputs, failures } = await resolveRun(app, olds, logOfRun);
  return { inputs, failures: [...failures] };
}

/** What makes it another app: nothing of the old one may stay behind. */
const identity = ["recipe", "domain", "server", "run", "stateDir"] as const;
const settings = ["env", "secrets", "secretValues", "health", "checkout", "revision"] as const;

export function diff(olds: RunAppState, news: RunAppState) {
  const differs = (key: keyof RunAppState) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]);
  const replaces = identity.some(differs) ? ["domain"] : [];
  // A checkout's version is abra's word for it, and never the one that was asked for: its revision tells.
  const version = news.checkout === undefined && differs("version");
  const changes = replaces.length > 0 || version || settings.some(differs) || news.condition !== HEALTHY;
  return { changes, replaces, deleteBeforeReplace: true };
}

export async function create(app: RunAppState) {
  const id = app.domain;
  const { ensureApp } = await changing();
  try {
    return { id, outs: stateOf(app, await ensureApp(app, given(app), logOfRun)) };
  } catch (error) {
    // Something of it may stand: Pulumi must know of it, to take it away again. Whether the secrets are in, nobody knows: the next up puts them in anew.
    throw new StateError(
      id,
      { ...stateOf(app, app.version), condition: "failed", secrets: {}, secretValues: {} },
      told(error, app),
      error,
    );
  }
}

export async function update(id: string, olds: RunAppState, news: RunAppState) {
  const { ensureApp, changedSecrets } = await changing();
  const renew = changedSecrets(olds, news);
  try {
    return { outs: stateOf(news, await ensureApp(news, renew, logOfRun)) };
  } catch (error) {
    const runs = await observe(news).catch(() => undefined);
    const secrets = renew.length > 0 ? { secrets: {}, secretValues: {} } : {};
    throw new StateError(id, { ...olds, version: runs?.version ?? olds.version, ...secrets }, told(error, news), error);
  }
}

/** Gone only where its own swarm says so. */
export async function read(id: string, state: RunAppState) {
  await refuseElsewhere(state);
  const seen = await observe(state);
  if (!seen.deployed) return {};
  return { id, props: clean({ ...state, version: seen.version ?? state.version, condition: seen.condition }) };
}

export async function remove(state: RunAppState): Promise<void> {
  await refuseElsewhere(state);
  const { removeApp } = await changing();
  await removeApp(state, logOfRun);
}

/** In another swarm nothing of it is to be found: that proves nothing. */
async function refuseElsewhere({ domain, swarm }: RunAppState): Promise<void> {
  const here = await clusterId();
  if (here !== swarm) throw new Error(wrongSwarmMessage(`${domain} lives`, swarm, here));
}

function given({ secrets, secretValues }: RunApp): string[] {
  return Object.keys({ ...secrets, ...secretValues });
}

function stateOf(app: RunAppState, version: string): RunAppState {
  return clean({ ...app, version, condition: HEALTHY, url: `https://${app.domain}` });
}

function told(error: unknown, { secretValues }: RunApp): string {
  return mask(errorMessage(error), Object.values(secretValues));
}
