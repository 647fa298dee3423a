// What `check` finds out for a run's app: what is deployed, and how it is; it looks and never touches.
import { operatorAbraDir } from "../lib/abra/index.ts";
import { compareVersions, parseVersion, refreshMirror, type Tag } from "../lib/recipe/index.ts";
import { wrongSwarmMessage } from "../pulumi/check.ts";
import type { Failure } from "../pulumi/protocol.ts";
import { clusterId } from "../lib/docker/index.ts";
import type { Log } from "../app/context.ts";
import type { AppInputs, RunApp } from "../app/inputs.ts";
import { HEALTHY, observe } from "../lib/health/index.ts";
import { atTag, namesTooLong, type ReadFile, readRecipe } from "../lib/compose/index.ts";
import { inFolder, unmadeSecrets } from "./recipe.ts";
import { checkoutFault, revisionOf } from "./workTree.ts";

/** What the engine kept of the check before. */
export interface Before {
  readonly swarm?: string;
}

export interface Resolution {
  readonly inputs: AppInputs & Pick<RunApp, "held" | "condition" | "swarm" | "revision">;
  readonly failures: readonly Failure[];
}

/** What is to be deployed: `source` is undefined where `failures` say why there is none. */
interface Choice {
  readonly changes: { readonly version?: string; readonly revision?: string };
  readonly source?: { readonly read: ReadFile; readonly what: string };
  readonly failures: readonly Failure[];
}

export async function resolveRun(app: AppInputs, before: Before, say: Log): Promise<Resolution> {
  const swarm = await clusterId();
  const inputs = { ...app, held: [], condition: HEALTHY, swarm };
  if (before.swarm !== undefined && before.swarm !== swarm) {
    const reason = wrongSwarmMessage("this app lives", before.swarm, swarm);
    return { inputs: { ...inputs, condition: "unknown" }, failures: [{ property: "swarm", reason }] };
  }
  const [{ changes, source, failures }, condition] = await Promise.all([
    app.checkout === undefined ? release(app, say) : checkout(app.checkout),
    // At first nothing of it need be there; whatever is will be dealt with by create.
    before.swarm === undefined ? HEALTHY : observe(app).then(seen => seen.condition),
  ]);
  const unfit = source ? await unfitness(app, source.read, source.what) : [];
  return { inputs: { ...inputs, ...changes, condition }, failures: [...failures, ...unfit] };
}

async function checkout(folder: string): Promise<Choice> {
  const reason = await checkoutFault(folder);
  if (reason !== undefined) return { changes: {}, failures: [{ property: "checkout", reason }] };
  return {
    changes: { revision: await revisionOf(folder) },
    source: { read: inFolder(folder), what: folder },
    failures: [],
  };
}

async function release(app: AppInputs, say: Log): Promise<Choice> {
  const mirror = await refreshMirror(app.recipe, app.stateDir, operatorAbraDir());
  if (mirror.offline !== undefined) say(`${app.recipe}: upstream wasn't asked: ${mirror.offline}`);
  const tags = mirror.tags.filter(tag => tag.annotated);
  const version = app.version === "latest" ? newest(tags) : tags.find(tag => tag.name === app.version)?.name;
  if (version === undefined) return { changes: {}, failures: [{ property: "version", reason: noVersion(app, tags) }] };
  return {
    changes: { version },
    source: { read: atTag(mirror.path, version), what: `${app.recipe} ${version}` },
    failures: [],
  };
}

/** Nothing is held, and nothing waits: whatever is released is what a run is to find out about. */
function newest(tags: readonly Tag[]): string | undefined {
  const versions = tags.filter(tag => !tag.gone).flatMap(({ name }) => parseVersion(name) ?? []);
  return versions
    .filter(({ recipe }) => recipe.prerelease.length === 0)
    .toSorted(compareVersions)
    .at(-1)?.text;
}

function noVersion({ recipe, version }: AppInputs, tags: readonly Tag[]): string {
  const known = tags.flatMap(({ name }) => parseVersion(name) ?? []).toSorted(compareVersions);
  const has =
    known.length === 0
      ? "it has none"
      : `it has ${known
          .slice(-5)
          .map(({ text }) => text)
          .join(", ")}`;
  return version === "latest"
    ? `recipe ${recipe} has no version that can be deployed: ${has}`
    : `recipe ${recipe} has no version ${version}; ${has}`;
}

async function unfitness(app: AppInputs, read: ReadFile, what: string): Promise<Failure[]> {
  const recipe = await readRecipe(read, what, app);
  const unmade = unmadeSecrets(recipe, app).map(
    name => `the secret ${name} of ${what} can't be generated: give it in secretValues or secrets`,
  );
  return [
    ...namesTooLong(recipe.compose).map(reason => ({
      property: "domain",
      reason: `${app.domain} is too long: ${reason}`,
    })),
    ...unmade.map(reason => ({ property: "secretValues", reason })),
  ];
}
