// Snapshots of the app's volumes, and their restore.
import { RecipeError } from "../../lib/compose/index.ts";
import { absentVolumes, assertNotMounted, ensureVolumes, volumeNames, volumesOf } from "../../lib/docker/index.ts";
import { findSnapshot, removeReplaced, restoreSnapshot, takeSnapshot } from "../../lib/snapshot/index.ts";
import { readGuards, readLastGood } from "../../lib/state/index.ts";
import { readEnv, readKeptEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";

type Snapshots = Pick<
  UpgradeHost,
  "hasData" | "snapshot" | "lostVolumes" | "hasSnapshot" | "restore" | "removeReplacedData"
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
        },
        env,
        volumes: found,
        check: async () => assertNotMounted(found, await readGuards(folder)),
        log,
        inherit: lock,
      });
    },
    async lostVolumes({ volumes: had = [] }) {
      return absentVolumes(had);
    },
    hasSnapshot: async ({ id }) => (await findSnapshot(folder.path, id)) !== undefined,
    async restore({ id, snapshot = id }) {
      const found = await session.snapshotOf(snapshot);
      const names = found.manifest.volumes.map(volume => volume.name);
      const existing = await ensureVolumes(stack, names);
      await assertNotMounted(existing, await readGuards(folder));
      await restoreSnapshot({ snapshot: found, volumes: existing, id, log, inherit: lock });
    },
    async removeReplacedData({ id }) {
      for (const { path } of await volumesOf(stack, volumes)) await removeReplaced(path, id, { inherit: lock });
    },
  };
}
