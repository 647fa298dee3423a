// Snapshots of the app's volumes, and their restore.
import { join } from "node:path";
import { RecipeError } from "../../lib/compose/index.ts";
import {
  absentVolumes,
  assertNotMounted,
  ensureVolumes,
  existingVolumes,
  notLocal,
  volumeNames,
  volumesFolder,
  volumesOf,
} from "../../lib/docker/index.ts";
import {
  ExtractError,
  findSnapshot,
  isRestoreStarted,
  type Manifest,
  restoreRequirements,
  restoreSnapshot,
  spaceShortage,
  takeSnapshot,
} from "../../lib/snapshot/index.ts";
import { readGuards, readLastGood } from "../../lib/state/index.ts";
import { errorMessage } from "../../lib/text.ts";
import { monotonicNow, since } from "../../lib/time/index.ts";
import { readEnv, readKeptEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import { noSpace, requireIntact } from "../snapshotCheck.ts";
import { stackVolumes } from "./cleanUp.ts";
import type { Session } from "./session.ts";

type Snapshots = Pick<
  UpgradeHost,
  "hasData" | "snapshot" | "lostVolumes" | "hasSnapshot" | "verifySnapshot" | "isRestoreStarted" | "restore"
>;

export function snapshots(session: Session): Snapshots {
  const { app, stack, folder, lock, recipeAt } = session.context;
  const { log, volumes } = session;
  return {
    async hasData(version) {
      if (!app.stateful) return false;
      if ((await volumeNames(stack)).length > 0) return true;
      // A volume that another program created may lack the stack's label.
      const declared = await recipeAt(version).then(
        ({ compose }) => compose.volumes,
        error => {
          if (error instanceof RecipeError) return []; // the deploy reports it
          throw error;
        },
      );
      return (await volumesOf(stack, [...volumes, ...declared])).length > 0;
    },
    async snapshot({ id, from = "" }) {
      const found = await volumesOf(stack, volumes);
      const others = (await stackVolumes(session)).filter(({ name }) => !found.some(each => each.name === name));
      const images = Object.entries((await readLastGood(folder))?.images ?? {});
      const env = (await readKeptEnv(folder, id)) ?? (await readEnv(app));
      await takeSnapshot({
        folder: folder.path,
        id,
        about: {
          app: app.domain,
          recipe: app.recipe,
          version: from,
          images: Object.fromEntries(images.map(([service, image]) => [service, image.id])),
          others: others.map(({ name }) => name),
        },
        env,
        volumes: found,
        check: async () => assertNotMounted(found, await readGuards(folder)),
        log,
        inherit: lock,
      });
    },
    lostVolumes: ({ volumes: had = [] }) => absentVolumes(had),
    hasSnapshot: async ({ id }) => (await findSnapshot(folder.path, id)) !== undefined,
    async verifySnapshot(id) {
      const start = monotonicNow();
      const manifest = await requireIntact(app.recipe, folder.path, id, { inherit: lock });
      const short = await shortageFor(stack, manifest).catch((error: unknown) => {
        // A failed look proves nothing: a restore that runs out of space leaves the volumes as they were.
        log(`can't tell whether a restore has space: ${errorMessage(error)}`);
        return undefined;
      });
      if (short !== undefined) throw noSpace(app.recipe, short);
      log(`snapshot of ${manifest.taken} read and intact in ${since(start)}`);
    },
    async isRestoreStarted({ id }) {
      const paths = (await stackVolumes(session)).map(({ path }) => path);
      return isRestoreStarted(paths, id);
    },
    async restore({ id, snapshot = id }) {
      try {
        const found = await session.snapshotOf(snapshot);
        const names = found.manifest.volumes.map(volume => volume.name);
        const archived = await ensureVolumes(stack, names);
        const rest = (await stackVolumes(session)).filter(({ name }) => !names.includes(name));
        for (const volume of rest.filter(notLocal)) log(`${notLocal(volume)}; it stays unchanged`);
        const existing = [...archived, ...rest.filter(volume => notLocal(volume) === undefined)];
        await assertNotMounted(existing, await readGuards(folder));
        await restoreSnapshot({ snapshot: found, volumes: existing, id, log, inherit: lock });
      } catch (error) {
        const isDamage = !(error instanceof ExtractError) || error.kind === "corrupt";
        // Says what else can be restored.
        if (isDamage) await requireIntact(app.recipe, folder.path, snapshot, { inherit: lock });
        throw error;
      }
    },
  };
}

async function shortageFor(stack: string, manifest: Manifest): Promise<string | undefined> {
  return spaceShortage(await restoreRequirements(manifest.volumes, await destinations(stack, manifest)));
}

/** Where each volume of the snapshot is, or where Docker will create it. */
async function destinations(stack: string, { volumes }: Manifest): Promise<{ name: string; path: string }[]> {
  const found = await existingVolumes(
    stack,
    volumes.map(({ name }) => name),
  );
  const missing = volumes.filter(({ name }) => !found.some(each => each.name === name));
  const parent = missing.length === 0 ? "" : await volumesFolder();
  return [...found, ...missing.map(({ name }) => ({ name, path: join(parent, name, "_data") }))];
}
