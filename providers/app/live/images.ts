// The images of last good: a rollback or a repair runs them, whatever their tags mean today.
import {
  imageId,
  lastGoodImage,
  pinImage,
  pinsOther,
  pullImage,
  repositoryOf,
  specImages,
  tagImage,
} from "../../lib/docker/index.ts";
import { readLastGood } from "../../lib/state/index.ts";
import type { Session } from "./session.ts";

/**
 * Before a deploy of last good: has its images on this node, pulled by digest if they are gone, and points their tags
 * back to them. Throws if an image is neither here nor in its registry.
 */
export async function restoreImages(session: Session, version: string): Promise<void> {
  const { log } = session;
  const { stack, lock } = session.context;
  for (const [service, { id, name, digest }] of await imagesAt(session, version)) {
    if ((await imageId(name)) === id) continue;
    if ((await imageId(lastGoodImage(stack, service))) === id) {
      log(`tag ${name} moved to another image; ${service} gets the one that it ran`);
      await tagImage(id, name, lock);
      continue;
    }
    if (digest === undefined) throw new Error(`image not found: ${name}, which ${service} ran at ${version}`);
    const pinned = `${repositoryOf(name)}@${digest}`;
    log(`image ${name} of ${service} not found on this host; pulling ${pinned}`);
    await pullImage(pinned);
    await tagImage(pinned, name, lock);
  }
}

/**
 * After a deploy of last good: abra asked the registry what the tags mean now. Pins each service whose tag moved there
 * to the image that it ran.
 */
export async function pinImages(session: Session, version: string): Promise<void> {
  const recorded = await imagesAt(session, version);
  if (!recorded.some(([, { digest }]) => digest !== undefined)) return;
  const { stack, lock } = session.context;
  const specs = await specImages(stack);
  for (const [service, { name, digest }] of recorded) {
    if (!pinsOther(specs[service], digest)) continue;
    session.log(`tag ${name} moved in its registry; ${service} gets the image that it ran`);
    await pinImage(stack, service, `${name}@${digest}`, lock);
  }
}

/** The images recorded by service, if last good is `version`. */
async function imagesAt({ context }: Session, version: string) {
  const good = await readLastGood(context.folder);
  return good?.version === version ? Object.entries(good.images) : [];
}
