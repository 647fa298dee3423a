// Checks, before anything stops, that the target can be deployed and rolled back.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  atTag,
  composeAt,
  deployEnv,
  envFiles,
  imageReferences,
  loadFault,
  readCompose,
  readComposeFiles,
  type ReadFile,
  RecipeError,
  type TargetApp,
} from "../lib/compose/index.ts";
import { ProgramError } from "../lib/process/index.ts";
import {
  docker,
  ensureImages,
  ImageError,
  type Mount,
  mountsOf,
  notLocal,
  volumeNodes,
  volumesOf,
} from "../lib/docker/index.ts";
import type { AppContext } from "./context.ts";
import { PreflightError, ReleaseFault } from "./errors.ts";
import { protectImages } from "./live/images.ts";
import { targetApp } from "./recipe.ts";
import { spaceRequirements, spaceShortage } from "../lib/snapshot/index.ts";
import type { Operation } from "../lib/state/index.ts";

/**
 * Changes nothing but images. `volumes`: those to snapshot; undefined for a stateless app. Throws ReleaseFault if the
 * release can't be deployed anywhere, PreflightError if this host can't take it.
 */
export async function preflight(
  context: AppContext,
  { from, to }: Pick<Operation, "from" | "to">,
  volumes: readonly string[] | undefined,
): Promise<void> {
  const { app, mirror } = context;
  const target = await targetApp(app, mirror, { from, to });
  await checkComposeLoads(mirror, to, target);
  await pullImages(context, to, target);
  await protectImages(context);
  if (volumes) await checkVolumes(context, volumes);
}

/** Loads the compose files as abra does (R009): hearth's check first, then the docker CLI's if it has one. */
async function checkComposeLoads(mirror: string, to: string, target: TargetApp): Promise<void> {
  const read = atTag(mirror, to);
  const all = await deployEnv(read, target);
  const files = await readComposeFiles(read, `version ${to}`, all).catch(asReleaseFault);
  const fault = loadFault(files, all);
  if (fault !== undefined) throw new ReleaseFault(`${to}: its compose files don't load (R009): ${fault}`);
  const variables = await readEnvFiles(read, files, all);
  const folder = await mkdtemp(join(tmpdir(), "hearth-compose-"));
  try {
    for (const [file, text] of [...Object.entries(files), ...variables]) {
      await mkdir(join(folder, dirname(file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    const argv = ["stack", "config", ...Object.keys(files).flatMap(file => ["-c", file])];
    await docker(argv, `load the compose files of ${to}`, { cwd: folder, env: all }).catch(error => {
      if (!(error instanceof ProgramError)) throw error;
      const message = error.result.stderr.trim();
      if (error.kind !== "failed" || error.result.exitCode === null || message === "")
        throw new PreflightError(error.message, { cause: error });
      // Docker 20.10 lacks this command: hearth's check must do.
      if (/unknown (shorthand )?(command|flag)|is not a docker command|Usage:\s+docker stack/i.test(message)) return;
      throw new ReleaseFault(`${to}: its compose files don't load (R009): ${message.split("\n")[0]}`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the compose files name as `env_file`: docker's loader reads it. Docker reports one that doesn't exist. */
async function readEnvFiles(
  read: ReadFile,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<[file: string, text: string][]> {
  const names = envFiles(readCompose(Object.values(files), env), Object.keys(files)[0]!);
  const entries = await Promise.all(names.map(async file => [file, await read(file)] as const));
  return entries.flatMap(([file, text]) => (text === undefined ? [] : [[file, text]]));
}

async function pullImages({ app, mirror, log }: AppContext, to: string, target: TargetApp): Promise<void> {
  const compose = await composeAt(mirror, to, target).catch(asReleaseFault);
  await ensureImages(imageReferences(compose), app.recipe, log).catch(error => {
    throw error instanceof ImageError ? new PreflightError(error.message, { cause: error }) : error;
  });
}

function asReleaseFault(error: unknown): never {
  throw error instanceof RecipeError ? new ReleaseFault(error.message, { cause: error }) : error;
}

/**
 * Refuses a writable mount that the snapshot wouldn't cover, because a rollback couldn't restore it; and a disk with
 * too little space.
 */
async function checkVolumes({ app, stack, folder }: AppContext, volumes: readonly string[]): Promise<void> {
  const found = await volumesOf(stack, volumes);
  const names = found.map(({ name }) => name);
  const away = await volumeNodes(stack);
  const faults = [
    awayFault(away),
    ...found.map(notLocal),
    ...(await mountsOf(stack)).map(mount => uncovered(mount, names)),
  ];
  const fault = faults.find(why => why !== undefined);
  const exit = `to upgrade without snapshots, set hearth:apps.${app.recipe}.stateful: false`;
  if (fault !== undefined) throw new PreflightError(`${fault}; ${exit}`);
  const short = spaceShortage(await spaceRequirements(folder.path, found));
  if (short) throw new PreflightError(short);
}

function awayFault(nodes: readonly string[]): string | undefined {
  return nodes.length === 0
    ? undefined
    : `its volumes are in use on ${nodes.join(", ")}: hearth snapshots this node's only`;
}

/** Why no snapshot of `volumes` (full names) has the mount's data; undefined if one has. */
function uncovered({ kind, source }: Mount, volumes: readonly string[]): string | undefined {
  if (kind === "bind") return `${source} is a bind mount: hearth snapshots volumes only`;
  if (volumes.includes(source)) return undefined;
  return `volume ${source} not found on this node or in this stack: hearth can't snapshot it`;
}
