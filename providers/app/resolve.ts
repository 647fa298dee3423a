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
import { foreignStack, isEnvCurrent, lastDeployed } from "./env.ts";
import type { Resolved, WarmAppInputs } from "./inputs.ts";
import { candidates, choose, describeHold, rejectionOf } from "./release.ts";
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
  if (previous.swarm !== undefined && previous.swarm !== swarm) return onWrongSwarm(app, previous.swarm, swarm);

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
  const foreign = await foreignStack(app);
  const failures = [
    ...(foreign === undefined ? [] : [{ property: "domain", reason: foreign }]),
    ...(decision.version === undefined
      ? [nothingDeployable(app, decision)]
      : await versionFailures(app, decision.version, mirror.path, mirror.tags, running)),
  ];
  const failure = failures[0]?.reason;
  const status = { recipe: app.recipe, running, condition, choice: decision, adds, offline: mirror.offline, failure };
  return {
    inputs: { ...app, version, held: [...decision.held], condition, swarm },
    failures,
    line: statusLine(status),
    running,
    next: nextVersion(status),
    candidates: newer,
  };
}

function onWrongSwarm(app: WarmAppInputs, expected: string, actual: string): Resolution {
  const reason = wrongSwarmMessage("this app lives", expected, actual);
  const inputs = { ...app, held: [], condition: "unknown", swarm: actual };
  return {
    inputs,
    failures: [{ property: "swarm", reason }],
    line: "",
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

async function versionFailures(
  app: WarmAppInputs,
  version: string,
  mirror: string,
  tags: readonly Tag[],
  running: string | undefined,
): Promise<Failure[]> {
  const known = tags.filter(tag => tag.annotated).map(tag => tag.name);
  if (!known.includes(version)) return version === running ? [] : [versionNotFound(app, version, known)];
  // The running app already uses these names: skip loading the recipe and its parser.
  if (version === running && (await isEnvCurrent(app))) return [];
  const { composeAt, namesTooLong } = await import("../lib/compose/index.ts");
  const target = await targetApp(app, mirror, { from: running, to: version });
  // Preflight reports and holds a release that doesn't load; only its names are checked here.
  const compose = await composeAt(mirror, version, target).catch(() => undefined);
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
