// What must hold before anything is stopped: the target can be deployed, and the way back is there.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTag, composeAt, composeFiles, deployEnv, loadFault, RecipeError } from "../lib/compose/index.ts";
import { fileAt } from "../lib/recipe/index.ts";
import { ProgramError } from "../lib/process/index.ts";
import {
  docker,
  imageId,
  imagesOf,
  keptImage,
  mountsOf,
  notLocal,
  pullImage,
  tagImage,
  volumesOf,
} from "../lib/docker/index.ts";
import { PreflightError, ReleaseFault } from "./errors.ts";
import type { AppContext } from "./context.ts";
import { spaceRequirements, spaceShortage } from "../lib/snapshot/index.ts";
import { monotonicNow, since } from "../lib/time/index.ts";

/** `volumes`: those that a snapshot takes; undefined where none is taken. Throws ReleaseFault where the release itself is to blame, PreflightError where the host is. Changes nothing but images. */
export async function preflight(
  context: AppContext,
  to: string,
  volumes: readonly string[] | undefined,
): Promise<void> {
  await loads(context, to);
  await imagesThere(context, to);
  await wayBack(context);
  if (volumes) await volumesFit(context, volumes);
}

/** As abra would load it (R009): hearth's own look first, then the docker CLI's, where it has one. */
async function loads({ app, mirror, env }: AppContext, to: string): Promise<void> {
  const all = await deployEnv(atTag(mirror, to), { domain: app.domain, env: await env() });
  const folder = await mkdtemp(join(tmpdir(), "hearth-compose-"));
  try {
    const argv = ["stack", "config"];
    for (const file of composeFiles(all)) {
      const text = await fileAt(mirror, to, file);
      if (text === undefined) throw new ReleaseFault(`${to} has no ${file}, which COMPOSE_FILE names`);
      const fault = loadFault(text);
      if (fault !== undefined) throw new ReleaseFault(`${to}: ${file} doesn't load (R009): ${fault}`);
      await writeFile(join(folder, file), text);
      argv.push("-c", file);
    }
    await docker(argv, `load the compose files of ${to}`, { cwd: folder, env: all }).catch(error => {
      if (!(error instanceof ProgramError)) throw error;
      const said = error.result.stderr;
      // Debian's 20.10 has no such command: then hearth's own look is all there is.
      if (/unknown (shorthand )?(command|flag)|is not a docker command|Usage:\s+docker stack/i.test(said)) return;
      throw new ReleaseFault(`${to}: its compose files don't load (R009): ${said.split("\n")[0]}`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function imagesThere({ app, mirror, env, log }: AppContext, to: string): Promise<void> {
  const compose = await composeAt(mirror, to, { domain: app.domain, env: await env() }).catch(error => {
    throw error instanceof RecipeError ? new ReleaseFault(error.message, { cause: error }) : error;
  });
  for (const image of new Set(Object.values(compose.services).map(service => service.image))) {
    if (image === undefined || (await imageId(image))) continue;
    const start = monotonicNow();
    log(`${app.recipe}: pulling ${image}`);
    await pullImage(image).catch((error: ProgramError) => {
      throw new PreflightError(
        `the image ${image} isn't here and can't be pulled: ${error.result?.stderr || error.message}`,
        { cause: error },
      );
    });
    log(`${app.recipe}: pulled ${image} in ${since(start)}`);
  }
}

/** The images that run now, under names of hearth's own: a moved tag or a prune can't take them. */
async function wayBack({ stack }: AppContext): Promise<void> {
  for (const [service, { id }] of Object.entries(await imagesOf(stack))) await tagImage(id, keptImage(stack, service));
}

/** Everything that is mounted writable goes into the snapshot, or nothing is begun: half of the data doesn't go back. */
async function volumesFit({ stack, folder }: AppContext, volumes: readonly string[]): Promise<void> {
  const found = await volumesOf(stack, volumes);
  for (const volume of found) {
    const why = notLocal(volume);
    if (why) throw new PreflightError(why);
  }
  for (const { kind, source } of await mountsOf(stack)) {
    if (kind === "bind")
      throw new PreflightError(`${source} is a bind mount of this node's: hearth snapshots volumes only`);
    if (!found.some(volume => volume.name === source))
      throw new PreflightError(
        `volume ${source} isn't on this node, or isn't the stack's own: hearth can't snapshot it`,
      );
  }
  const short = spaceShortage(await spaceRequirements(folder.path, found));
  if (short) throw new PreflightError(short);
}
