// What `check` finds out for an App: its version, what is held, how it is; it looks and never touches.
import { parseEnv } from "../abra/envFile.ts";
import { operatorAbraDir } from "../abra/home.ts";
import { notedVersions, refreshMirror, tagsOf } from "../abra/mirror.ts";
import { compareVersions, parseVersion } from "../abra/version.ts";
import { clusterId } from "../swarm/cluster.ts";
import type { Failure } from "../engine.ts";
import { readEnv } from "./env.ts";
import type { AppInputs, Resolved } from "./inputs.ts";
import { line } from "./line.ts";
import { observe } from "./observe.ts";
import { composeAt, namesTooLong } from "./recipe.ts";
import { choose, type Choice } from "./release.ts";

/** What the engine kept of the check before. */
export interface Before {
  readonly version?: string;
  readonly held?: readonly string[];
  readonly swarm?: string;
}

export interface Resolution {
  readonly inputs: AppInputs & Resolved;
  readonly failures: readonly Failure[];
  readonly line: string;
}

export async function resolve(app: AppInputs, before: Before): Promise<Resolution> {
  const swarm = await clusterId();
  if (before.swarm !== undefined && before.swarm !== swarm) {
    const reason = `this app lives in the swarm ${before.swarm}, but docker talks to the swarm ${swarm}: is DOCKER_HOST or a docker context set?`;
    return { inputs: { ...app, held: [], condition: "unknown", swarm }, failures: [{ property: "swarm", reason }], line: "" };
  }
  const [mirror, seen] = await Promise.all([refreshMirror(app.recipe, app.stateDir, operatorAbraDir()), observe(app)]);
  const tags = await tagsOf(mirror.path);
  const annotated = tags.filter(tag => tag.annotated);
  const newest = annotated
    .map(tag => parseVersion(tag.name))
    .filter(version => version !== undefined)
    .toSorted(compareVersions)
    .at(-1)?.text;
  const noted = newest === undefined ? [] : await notedVersions(mirror.path, newest);

  const last = seen.version ?? (await lastDeployed(app)) ?? before.version;
  const wanted = choose({ running: last, tags: annotated, noted, policy: app.updates, now: Date.now() / 1000 });
  const choice: Choice = app.version === "latest" ? kept(wanted, mirror.offline, before) : { version: app.version, held: [] };
  const said = {
    recipe: app.recipe,
    running: seen.version,
    condition: seen.condition,
    choice,
    offline: mirror.offline,
    dropped: tags.filter(tag => !tag.annotated).map(tag => tag.name),
  };

  const inputs = {
    ...app,
    version: choice.version ?? app.version,
    held: choice.held.map(({ version, reasons }) => `${version}: ${reasons.join(", ")}`),
    condition: seen.condition,
    swarm,
  };
  return {
    inputs,
    failures: await unfit(
      app,
      inputs.version,
      mirror.path,
      annotated.map(tag => tag.name),
      seen.version,
    ),
    line: line(said),
  };
}

/** The version that abra deployed last: it rewrites TYPE in the .env each time. What is down comes back at it, never at a newer one that is held. */
async function lastDeployed(app: AppInputs): Promise<string | undefined> {
  const [recipe, version] = (parseEnv(await readEnv(app))["TYPE"] ?? "").split(":");
  return recipe === app.recipe && version ? version : undefined;
}

/** Without a word from upstream nothing new is chosen: what was resolved before stays. */
function kept(wanted: Choice, offline: string | undefined, before: Before): Choice {
  if (offline === undefined || before.version === undefined) return wanted;
  return { version: before.version, held: (before.held ?? []).map(text => ({ version: text.split(": ")[0]!, reasons: [text.slice(text.indexOf(": ") + 2)] })) };
}

async function unfit(app: AppInputs, version: string, mirror: string, tags: readonly string[], running: string | undefined): Promise<Failure[]> {
  if (!tags.includes(version)) {
    if (version === running) return []; // upstream dropped the tag of what runs: nothing to hold against it
    const known = tags.length === 0 ? "it has none" : `it has ${tags.slice(-5).join(", ")}`;
    return [{ property: "version", reason: `recipe ${app.recipe} has no version ${version}; ${known}` }];
  }
  const compose = await composeAt(mirror, version, app.domain, app.env);
  return namesTooLong(compose).map(reason => ({ property: "domain", reason: `${app.domain} is too long: ${reason}` }));
}
