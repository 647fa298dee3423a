// Resolves a WarmApp for `check`: its version, the held versions, its condition. Changes nothing.
import { operatorAbraDir } from "../lib/abra/index.ts";
import { clusterId } from "../lib/docker/index.ts";
import { livenessOf } from "../lib/process/index.ts";
import { additionNames, refreshMirror, type Tag } from "../lib/recipe/index.ts";
import { appFolder, readOperation } from "../lib/state/index.ts";
import type { Log } from "../lib/text.ts";
import { wrongSwarmMessage } from "../pulumi/check.ts";
import type { Failure } from "../pulumi/protocol.ts";
import { observeApp } from "./observeApp.ts";
import { envNotFound, foreignStack, lastDeployed, readEnv } from "./env.ts";
import { keysToSet, readEnvDrift } from "./envDrift.ts";
import type { Resolved, WarmAppInputs } from "./inputs.ts";
import { candidates, choose, describeHold, rejectionOf } from "./release.ts";
import { foreignRecord, isOther } from "./appSwarm.ts";
import { readRecordedSwarm } from "./recordedInputs.ts";
import type { ReleaseDecision } from "./releaseTypes.ts";
import { applySituation, type PreviousCheck } from "./situation.ts";
import { readReleaseContext, readRequirements } from "./releaseContext.ts";
import { targetApp } from "./recipe.ts";
import { nextVersion, statusLine } from "./statusLine.ts";

export interface Resolution {
  readonly inputs: WarmAppInputs & Resolved;
  readonly failures: readonly Failure[];
  readonly line: string;
  /** The version that runs; undefined if none does. */
  readonly running: string | undefined;
  /** The version that the next `up` deploys; undefined if it deploys none. */
  readonly next: string | undefined;
  /** Every newer version, held or not. */
  readonly candidates: readonly string[];
}

export async function resolve(app: WarmAppInputs, previous: PreviousCheck, log: Log): Promise<Resolution> {
  // The queries run together. The swarm's id is awaited first: without a swarm, that is the error to report.
  const queries = Promise.all([
    refreshMirror(app.recipe, app.stateDir, operatorAbraDir(), log),
    observeApp(app),
    operationCondition(app),
    lastDeployed(app),
  ]);
  queries.catch(() => undefined);
  const swarm = await clusterId();
  const wrong = isOther(previous.swarm, swarm)
    ? wrongSwarmMessage("this app lives", previous.swarm, swarm)
    : await foreignRecord(app, swarm);
  if (wrong !== undefined) return onWrongSwarm(app, wrong, swarm);

  const [mirror, observed, openOperation, deployed] = await queries;
  const running = observed.version;
  const last = running ?? deployed ?? previous.version;
  const newer = candidates(last, mirror.tags);
  const requirements = await readRequirements(app, mirror.path, last, newer);
  const context = await readReleaseContext(app, mirror.path, last, mirror.tags, requirements);
  const chosen = choose(context);
  const rejection = app.version === "latest" ? undefined : rejectionOf(app.version, context);
  const condition = openOperation ?? observed.condition;
  const isOffline = mirror.offline !== undefined;
  const situation = { configured: app.version, isOffline, previous, running, last, condition, rejection };
  const decision = applySituation(chosen, situation);

  const version = decision.version ?? app.version;
  const needed = requirements[decision.version ?? ""];
  const adds = needed ? additionNames(needed) : [];
  const drift = await readEnvDrift(app, mirror.path, observed);
  const sets = keysToSet(drift);
  const recorded = (await readRecordedSwarm(appFolder(app.stateDir, app.domain))) !== undefined;
  const failures = [
    ...(await envFailures(app, observed.deployed)),
    ...(decision.version === undefined
      ? [nothingDeployable(app, decision)]
      : await versionFailures(app, decision.version, { running, setsEnv: sets.length > 0 }, mirror)),
  ];
  const failure = failures[0]?.reason;
  const { offline } = mirror;
  const status = { recipe: app.recipe, running, condition, choice: decision, adds, drift, offline, failure };
  return {
    inputs: { ...app, version, held: [...decision.held], condition, drifted: [...sets], recorded, swarm },
    failures,
    line: statusLine(status),
    running,
    next: nextVersion(status),
    candidates: newer,
  };
}

function onWrongSwarm(app: WarmAppInputs, reason: string, swarm: string): Resolution {
  const inputs = { ...app, held: [], condition: "unknown", drifted: [], recorded: true, swarm };
  return {
    inputs,
    failures: [{ property: "swarm", reason }],
    line: `${app.recipe}: ${reason}`,
    running: undefined,
    next: undefined,
    candidates: [],
  };
}

/** The condition that an open operation gives the app; undefined if none is open. */
async function operationCondition({ stateDir, domain }: WarmAppInputs): Promise<string | undefined> {
  const operation = await readOperation(appFolder(stateDir, domain));
  if (!operation) return undefined;
  if (operation.broken) return "broken";
  const isAlive = (await livenessOf(operation.holder)) === "alive";
  return isAlive ? `changing, at ${operation.step}` : `interrupted at ${operation.step}`;
}

function nothingDeployable({ recipe }: WarmAppInputs, { held }: ReleaseDecision): Failure {
  const why = held.length === 0 ? "it has no version" : held.map(describeHold).join("; ");
  return { property: "version", reason: `no version of recipe ${recipe} can be deployed automatically: ${why}` };
}

/** An app that runs needs its own .env. */
async function envFailures(app: WarmAppInputs, deployed: boolean): Promise<Failure[]> {
  const isMissing = deployed && (await readEnv(app)) === "";
  const reason = isMissing ? envNotFound(app) : await foreignStack(app);
  return reason === undefined ? [] : [{ property: "domain", reason }];
}

async function versionFailures(
  app: WarmAppInputs,
  version: string,
  { running, setsEnv }: { readonly running: string | undefined; readonly setsEnv: boolean },
  mirror: { readonly path: string; readonly tags: readonly Tag[] },
): Promise<Failure[]> {
  const known = mirror.tags.filter(tag => tag.annotated).map(tag => tag.name);
  if (!known.includes(version)) return version === running ? [] : [versionNotFound(app, version, known)];
  // The running app already uses these names: skip loading the recipe and its parser.
  if (version === running && !setsEnv) return [];
  const { composeAt, namesTooLong } = await import("../lib/compose/index.ts");
  const target = await targetApp(app, mirror.path, { from: running, to: version });
  // Preflight reports and holds a release that doesn't load; only its names are checked here.
  const compose = await composeAt(mirror.path, version, target).catch(() => undefined);
  const tooLong = compose ? namesTooLong(compose) : [];
  return tooLong.map(reason => ({ property: "domain", reason: `${app.domain} is too long: ${reason}` }));
}

function versionNotFound({ recipe }: WarmAppInputs, version: string, known: readonly string[]): Failure {
  const newest = known.length === 0 ? "none" : known.slice(-5).join(", ");
  return {
    property: "version",
    reason: `version ${version} of recipe ${recipe} not found; newest versions: ${newest}`,
  };
}
