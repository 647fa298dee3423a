// What `check` finds out for an App: its version, what is held, how it is; it looks and never touches.
import { operatorAbraDir } from "../lib/abra/index.ts";
import {
  additionNames,
  envRequirements,
  type EnvRequirements,
  fileAt,
  missing,
  notesAt,
  refreshMirror,
  type Tag,
} from "../lib/recipe/index.ts";
import { wrongSwarmMessage } from "../pulumi/check.ts";
import type { Failure } from "../pulumi/protocol.ts";
import { appFolder, readApproved, readOperation, readRejected } from "../lib/state/index.ts";
import { livenessOf } from "../lib/process/index.ts";
import { clusterId } from "../lib/docker/index.ts";
import { envHolds, lastDeployed, readEnv } from "./env.ts";
import type { WarmAppInputs, Resolved } from "./inputs.ts";
import { statusLine } from "./line.ts";
import { observe } from "../lib/health/index.ts";
import { candidates, choose, type ReleaseDecision, type ReleaseContext } from "./release.ts";

/** What the engine kept of the check before. */
export interface Before {
  readonly version?: string;
  readonly held?: readonly string[];
  readonly swarm?: string;
}

export interface Resolution {
  readonly inputs: WarmAppInputs & Resolved;
  readonly failures: readonly Failure[];
  readonly line: string;
  /** What runs; undefined where nothing does. */
  readonly running: string | undefined;
  /** Every newer version, held or not. */
  readonly candidates: readonly string[];
}

export async function resolve(app: WarmAppInputs, before: Before): Promise<Resolution> {
  // They only look, and together take as long as the slowest. Which swarm it is comes first: without one, that is the sentence to be said.
  const looks = Promise.all([
    refreshMirror(app.recipe, app.stateDir, operatorAbraDir()),
    observe(app),
    journalled(app),
    lastDeployed(app),
  ]);
  looks.catch(() => undefined);
  const swarm = await clusterId();
  if (before.swarm !== undefined && before.swarm !== swarm) {
    const reason = wrongSwarmMessage("this app lives", before.swarm, swarm);
    const inputs = { ...app, held: [], condition: "unknown", swarm };
    return { inputs, failures: [{ property: "swarm", reason }], line: "", running: undefined, candidates: [] };
  }
  const [mirror, seen, condition, deployed] = await looks;
  const running = seen.version;
  const last = running ?? deployed ?? before.version;
  const { tags } = mirror;
  const newer = candidates(last, tags);
  const needs = await needsOfEach(app, mirror.path, last, newer);

  const wanted = choose(await situation(app, mirror.path, last, tags, needs));
  const choice: ReleaseDecision =
    app.version === "latest"
      ? kept(wanted, mirror.offline, before)
      : { ...wanted, version: app.version, afterwards: undefined, held: [] };
  const next = needs[choice.version ?? ""];
  const inputs = {
    ...app,
    version: choice.version ?? app.version,
    held: choice.held.map(({ version, reasons }) => `${version}: ${reasons.join(", ")}`),
    condition: condition ?? seen.condition,
    swarm,
  };
  return {
    inputs,
    failures:
      choice.version === undefined
        ? [nothingFits(app, choice)]
        : await unfit(app, choice.version, mirror.path, tags, running),
    line: statusLine({
      recipe: app.recipe,
      running,
      condition: inputs.condition,
      choice,
      adds: next ? additionNames(next) : [],
      offline: mirror.offline,
    }),
    running,
    candidates: newer,
  };
}

/** What the journal says of the app, where an operation is open. */
async function journalled({ stateDir, domain }: WarmAppInputs): Promise<string | undefined> {
  const operation = await readOperation(appFolder(stateDir, domain));
  if (!operation) return undefined;
  if (operation.broken) return "broken";
  const alive = (await livenessOf(operation.holder)) === "alive";
  return alive ? `being changed, at ${operation.step}` : `interrupted at ${operation.step}`;
}

async function needsOfEach(
  app: WarmAppInputs,
  mirror: string,
  last: string | undefined,
  versions: readonly string[],
): Promise<Record<string, EnvRequirements>> {
  if (versions.length === 0) return {};
  const sampleAt = async (version: string) =>
    (await fileAt(mirror, version, ".env.sample").catch(() => undefined)) ?? "";
  const [env, running] = await Promise.all([readEnv(app), last === undefined ? "" : sampleAt(last)]);
  const of = async (version: string) =>
    [version, envRequirements({ sample: await sampleAt(version), running, env, settings: app })] as const;
  return Object.fromEntries(await Promise.all(versions.map(of)));
}

async function situation(
  app: WarmAppInputs,
  mirror: string,
  running: string | undefined,
  tags: readonly Tag[],
  needs: Record<string, EnvRequirements>,
): Promise<ReleaseContext> {
  const folder = appFolder(app.stateDir, app.domain);
  const [rejected, approved] = await Promise.all([readRejected(folder), readApproved(folder)]);
  const seconds = (at: string) => Date.parse(at) / 1000;
  return {
    running,
    tags,
    notes: await notesOf(mirror, Object.keys(needs)),
    missing: Object.fromEntries(Object.entries(needs).map(([version, each]) => [version, missing(each)])),
    rejected: Object.fromEntries(
      Object.entries(rejected).map(([version, { at, why }]) => [version, { at: seconds(at), why }]),
    ),
    approved: Object.fromEntries(Object.entries(approved).map(([version, { at }]) => [version, { at: seconds(at) }])),
    policy: app.updates,
    now: Date.now() / 1000,
  };
}

/** Notes by version: as the newest has them all, and each version's own as it was released, should its branch never have been merged. */
async function notesOf(mirror: string, versions: readonly string[]): Promise<Record<string, string>> {
  const each = versions.map(version =>
    notesAt(mirror, version, name => name === version || version === versions.at(-1)),
  );
  return Object.assign({}, ...(await Promise.all(each))) as Record<string, string>;
}

/** Without a word from upstream nothing new is chosen: what was resolved before stays. */
function kept(wanted: ReleaseDecision, offline: string | undefined, before: Before): ReleaseDecision {
  if (offline === undefined || before.version === undefined) return wanted;
  const held = (before.held ?? []).map(text => ({
    version: text.split(": ")[0]!,
    reasons: [text.slice(text.indexOf(": ") + 2)],
    notes: [],
    approvable: true,
  }));
  return { ...wanted, version: before.version, afterwards: undefined, held };
}

/** Nothing runs, and nothing may be deployed by itself. */
function nothingFits({ recipe }: WarmAppInputs, { held }: ReleaseDecision): Failure {
  const why =
    held.length === 0
      ? "it has none"
      : held.map(({ version, reasons }) => `${version}: ${reasons.join(", ")}`).join("; ");
  return { property: "version", reason: `no version of recipe ${recipe} can be deployed by itself: ${why}` };
}

async function unfit(
  app: WarmAppInputs,
  version: string,
  mirror: string,
  tags: readonly Tag[],
  running: string | undefined,
): Promise<Failure[]> {
  const known = tags.filter(tag => tag.annotated).map(tag => tag.name);
  if (!known.includes(version)) {
    if (version === running) return []; // upstream dropped the tag of what runs: nothing to hold against it
    const has = known.length === 0 ? "it has none" : `it has ${known.slice(-5).join(", ")}`;
    return [{ property: "version", reason: `recipe ${app.recipe} has no version ${version}; ${has}` }];
  }
  // As it runs it was deployed, under these names: most often nothing else is asked of the recipe, and its reader isn't loaded.
  if (version === running && (await envHolds(app))) return [];
  const { composeAt, namesTooLong } = await import("../lib/compose/index.ts");
  const compose = await composeAt(mirror, version, app).catch(error => {
    // Preflight says what is wrong with the release, and holds it; here only its names are looked at.
    if (version !== running) return undefined;
    throw error;
  });
  return compose
    ? namesTooLong(compose).map(reason => ({ property: "domain", reason: `${app.domain} is too long: ${reason}` }))
    : [];
}
