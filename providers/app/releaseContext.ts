// Reads the context of a release decision from the mirror and from the app's files.
import { fileAt, missing, notesAt, type EnvRequirements, type Tag } from "../lib/recipe/index.ts";
import { envRequirements } from "../lib/recipe/index.ts";
import { appFolder, type Operation, readApproved, readOperation, readRejected } from "../lib/state/index.ts";
import { readEnv } from "./env.ts";
import type { WarmAppInputs } from "./inputs.ts";
import type { Rejection, ReleaseContext } from "./releaseTypes.ts";
import { rejectionAtEnd } from "./rejection.ts";

/** By version, the variables and secrets that the app lacks. */
type Requirements = Readonly<Record<string, EnvRequirements>>;

/** `running`: the version from whose sample the operator's .env was created. */
export async function readRequirements(
  app: WarmAppInputs,
  mirror: string,
  running: string | undefined,
  versions: readonly string[],
): Promise<Requirements> {
  if (versions.length === 0) return {};
  const sampleAt = async (version: string) =>
    (await fileAt(mirror, version, ".env.sample").catch(() => undefined)) ?? "";
  const [env, runningSample] = await Promise.all([readEnv(app), running === undefined ? "" : sampleAt(running)]);
  const entries = versions.map(async version => {
    const sample = await sampleAt(version);
    return [version, envRequirements({ sample, running: runningSample, env, settings: app })] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

export async function readReleaseContext(
  app: WarmAppInputs,
  mirror: string,
  running: string | undefined,
  tags: readonly Tag[],
  requirements: Requirements,
): Promise<ReleaseContext> {
  const folder = appFolder(app.stateDir, app.domain);
  const [rejected, approved, operation, notes] = await Promise.all([
    readRejected(folder),
    readApproved(folder),
    readOperation(folder),
    readNotes(mirror, Object.keys(requirements)),
  ]);
  return {
    running,
    tags,
    notes,
    missing: mapValues(requirements, missing),
    rejected: {
      ...mapValues(rejected, ({ at, why }) => ({ at: Date.parse(at) / 1000, why })),
      ...rejectedAtEnd(operation),
    },
    approved: mapValues(approved, ({ at }) => ({ at: Date.parse(at) / 1000 })),
    policy: app.updates,
    now: Date.now() / 1000,
  };
}

/** The version that an open rollback rejects at its end: the same `up` resumes the rollback, and must not retry it. */
function rejectedAtEnd(operation: Operation | undefined): Record<string, Rejection> {
  const why = operation && rejectionAtEnd(operation);
  return operation && why !== undefined ? { [operation.to]: { at: Date.now() / 1000, why } } : {};
}

/** Notes by version: all that the newest version has, and each version's own, in case its branch was never merged. */
async function readNotes(mirror: string, versions: readonly string[]): Promise<Record<string, string>> {
  const newest = versions.at(-1);
  const each = versions.map(version => notesAt(mirror, version, name => name === version || version === newest));
  return Object.assign({}, ...(await Promise.all(each))) as Record<string, string>;
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
