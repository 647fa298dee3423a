// Resolves a run's app for `check`: the version to deploy and the app's condition. Changes nothing on the host.
import { operatorAbraDir } from "../lib/abra/index.ts";
import { atTag, namesTooLong, type ReadFile, readRecipe } from "../lib/compose/index.ts";
import { clusterId, otherNodes } from "../lib/docker/index.ts";
import { HEALTHY, observe } from "../lib/health/index.ts";
import { refreshMirror } from "../lib/recipe/index.ts";
import type { Log } from "../lib/text.ts";
import { wrongSwarmMessage } from "../pulumi/check.ts";
import type { Failure } from "../pulumi/protocol.ts";
import type { CheckedRunApp, RunAppInputs } from "./inputs.ts";
import { inFolder, missingSecretValues, missingVersions } from "./recipe.ts";
import { newestVersion, versionNotFound } from "./version.ts";
import { checkoutFault, revisionOf } from "./workTree.ts";

/** The outputs of the previous check. */
export interface PreviousCheck {
  readonly swarm?: string;
}

export interface Resolution {
  readonly inputs: CheckedRunApp;
  readonly failures: readonly Failure[];
}

/** The recipe to deploy. `source` is undefined if `failures` explain why it can't be deployed. */
interface Source {
  readonly changes: { readonly version?: string; readonly revision?: string };
  readonly source?: { readonly read: ReadFile; readonly name: string };
  readonly failures: readonly Failure[];
}

export async function resolve(app: RunAppInputs, previous: PreviousCheck, log: Log): Promise<Resolution> {
  const swarm = await clusterId();
  if (previous.swarm !== undefined && previous.swarm !== swarm) {
    const reason = wrongSwarmMessage("this app lives", previous.swarm, swarm);
    return { inputs: { ...app, condition: "unknown", swarm }, failures: [{ property: "swarm", reason }] };
  }
  const [{ changes, source, failures }, placement, condition] = await Promise.all([
    app.checkout === undefined ? resolveRelease(app, log) : resolveCheckout(app.checkout),
    placementFailures(),
    // A new app may be absent; create handles whatever is deployed.
    previous.swarm === undefined ? HEALTHY : observe({ ...app, ingress: false }).then(observed => observed.condition),
  ]);
  const recipeFailures = source ? await checkRecipe(app, source.read, source.name) : [];
  return { inputs: { ...app, condition, swarm, ...changes }, failures: [...placement, ...failures, ...recipeFailures] };
}

/** On another node hearth would neither see the app's containers nor remove its volumes. */
async function placementFailures(): Promise<Failure[]> {
  const others = await otherNodes();
  if (others.length === 0) return [];
  const reason =
    `Swarm may place this app on ${others.join(", ")}, but hearth sees containers and volumes of its own node only: ` +
    "set `docker node update --availability drain` for the others, or `deploy: false` for the recipe";
  return [{ property: "server", reason }];
}

async function resolveCheckout(folder: string): Promise<Source> {
  const reason = await checkoutFault(folder);
  if (reason !== undefined) return { changes: {}, failures: [{ property: "checkout", reason }] };
  const revision = await revisionOf(folder);
  return { changes: { revision }, source: { read: inFolder(folder), name: folder }, failures: [] };
}

async function resolveRelease(app: RunAppInputs, log: Log): Promise<Source> {
  const mirror = await refreshMirror(app.recipe, app.stateDir, operatorAbraDir(), log);
  if (mirror.offline !== undefined) log(`${app.recipe}: upstream not refreshed: ${mirror.offline}`);
  const tags = mirror.tags.filter(tag => tag.annotated);
  const version = app.version === "latest" ? newestVersion(tags) : tags.find(tag => tag.name === app.version)?.name;
  if (version === undefined)
    return { changes: {}, failures: [{ property: "version", reason: versionNotFound(app, tags) }] };
  const source = { read: atTag(mirror.path, version), name: `${app.recipe} ${version}` };
  return { changes: { version }, source, failures: [] };
}

/** Names that Swarm would refuse, and secrets without a value. `name` is the recipe's in messages. */
async function checkRecipe(app: RunAppInputs, read: ReadFile, name: string): Promise<Failure[]> {
  const recipe = await readRecipe(read, name, app);
  const tooLong = namesTooLong(recipe.compose).map(reason => `${app.domain} is too long: ${reason}`);
  const missing = missingSecretValues(recipe, app).map(
    secret => `secret ${secret} of ${name} can't be generated: set it in secretValues or secrets`,
  );
  const unversioned = missingVersions(recipe).map(
    key => `${key}, the version of a secret of ${name}, has no value such as v1`,
  );
  return [
    ...tooLong.map(reason => ({ property: "domain", reason })),
    ...unversioned.map(reason => ({ property: "env", reason })),
    ...missing.map(reason => ({ property: "secretValues", reason })),
  ];
}
