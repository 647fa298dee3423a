// Guards of the app's volumes and of last good's images while it is down.
import { join } from "node:path";
import {
  ensurePauseProgram,
  imagesOf,
  imageId,
  lastGoodImage,
  localImage,
  planGuards,
  type RecordedImage,
  removeGuards,
  runningGuards,
  startGuard,
  volumeNames,
  volumesOf,
} from "../../lib/docker/index.ts";
import { clearGuards, readGuards, readLastGood, writeGuards } from "../../lib/state/index.ts";
import { shortReason } from "../../lib/reason.ts";
import { errorMessage } from "../../lib/text.ts";
import type { AppContext } from "../context.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";

type Guards = Pick<UpgradeHost, "guard" | "releaseGuards">;

export function guards(session: Session): Guards {
  const { app, stack, folder } = session.context;
  return {
    async guard() {
      const images = await imagesToGuard(session);
      const volumes = (await volumesOf(stack, [...session.volumes, ...(await volumeNames(stack))])).map(
        ({ name }) => name,
      );
      if (images.length === 0 && volumes.length > 0)
        throw new Error(
          `volumes of ${app.domain} can't be guarded against a prune: none of its images is on this host`,
        );
      const plans = planGuards(stack, images, volumes);
      const recorded = new Set(await readGuards(folder));
      const running = (await runningGuards(stack)).filter(({ id }) => recorded.has(id));
      const kept = running.filter(({ name }) => plans.some(plan => plan.name === name));
      const missing = plans.filter(plan => !kept.some(({ name }) => name === plan.name));
      const ids = running.map(({ id }) => id);
      if (missing.length > 0) {
        await writeGuards(folder, ids);
        const program = await ensurePauseProgram(join(app.stateDir, "guard"));
        for (const plan of missing) {
          ids.push(await startGuard(stack, plan, program));
          await writeGuards(folder, ids);
        }
      }
      await removeGuards(stack, new Set(plans.map(plan => plan.name)));
    },
    releaseGuards: () => releaseGuards(session.context),
  };
}

/** Removes the guards of an app that runs. Never throws. */
export async function releaseGuards({ app, stack, folder, log }: AppContext): Promise<void> {
  try {
    if ((await readGuards(folder)) === undefined) return;
    await removeGuards(stack);
    await clearGuards(folder);
  } catch (error) {
    log(`${app.recipe}: its guards can't be removed now: ${shortReason(errorMessage(error))}`);
  }
}

/** By hearth's own tag where it names the image: `image prune --all` then keeps that tag too. */
async function imagesToGuard({ context }: Session): Promise<string[]> {
  const { stack, folder } = context;
  const recorded = (await readLastGood(folder))?.images ?? {};
  const known = Object.keys(recorded).length > 0 ? recorded : await imagesOf(stack);
  const found = await Promise.all(
    Object.entries<RecordedImage>(known).map(async ([service, image]) => {
      const id = await localImage(image);
      if (id === undefined) return undefined;
      const tag = lastGoodImage(stack, service);
      return { id, reference: (await imageId(tag)) === id ? tag : id };
    }),
  );
  const byId = new Map(found.flatMap(each => (each ? [[each.id, each.reference] as const] : [])));
  return [...byId.values()];
}
