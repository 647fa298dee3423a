// Reads the context of a release decision from the mirror and from the app's files.
import { envRequirements, fileAt, missing, notesAt, withAdditions } from "../lib/recipe/index.ts";
import type { DeclaredSecret, EnvRequirements, Tag } from "../lib/recipe/index.ts";
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
  const samples = await Promise.all(versions.map(async version => ({ version, sample: await sampleAt(version) })));
  // As an upgrade would write it. Without .env, abra creates it from the sample.
  const envAt = (sample: string) => (env === "" ? "" : withAdditions(env, sample, runningSample));
  const targets = samples.map(({ version, sample }) => ({ version, envText: envAt(sample) }));
  const absent = await absentSecretsAt(app, mirror, targets);
  const entries = samples.map(({ version, sample }) => {
    const comparison = { sample, running: runningSample, env, settings: app, absent: absent[version] ?? [] };
    return [version, envRequirements(comparison)] as const;
  });
  return Object.fromEntries(entries);
}

/** By version, the secrets that its compose files declare and the swarm lacks. */
async function absentSecretsAt(
  { domain, env }: WarmAppInputs,
  mirror: string,
  targets: readonly { readonly version: string; readonly envText: string }[],
): Promise<Record<string, DeclaredSecret[]>> {
  // Loaded lazily: without a newer version a check needs no parser of compose files.
  const { composeAt } = await import("../lib/compose/index.ts");
  const { absentSecrets } = await import("../lib/secrets/index.ts");
  const declared = targets.map(async ({ version, envText }) => {
    // Preflight reports a release that doesn't load.
    const compose = await composeAt(mirror, version, { domain, envText, env }).catch(() => undefined);
    return [version, compose?.secrets ?? []] as const;
  });
  const all = await Promise.all(declared);
  const absent = await absentSecrets(all.flatMap(([, secrets]) => secrets));
  return Object.fromEntries(all.map(([version, secrets]) => [version, secrets.filter(each => absent.includes(each))]));
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
      ...rejectedAtEnd(operation, approved),
    },
    approved: mapValues(approved, ({ at }) => ({ at: Date.parse(at) / 1000 })),
    policy: app.updates,
    now: Date.now() / 1000,
  };
}

/** The version that an open rollback rejects at its end: the same `up` resumes the rollback, and must not retry it. */
function rejectedAtEnd(
  operation: Operation | undefined,
  approved: Readonly<Record<string, { readonly at: string }>>,
): Record<string, Rejection> {
  const why = operation && rejectionAtEnd(operation);
  if (!operation || why === undefined) return {};
  const approvedAt = Date.parse(approved[operation.to]?.at ?? "") || 0;
  return { [operation.to]: { at: Math.max(Date.now(), approvedAt) / 1000, why } };
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
