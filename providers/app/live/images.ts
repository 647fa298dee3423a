// The images of last good: a rollback or a repair runs them, whatever their tags mean today.
import {
  byDigest,
  ImageError,
  imageId,
  imagesOf,
  lastGoodImage,
  localImage,
  missingPin,
  pinImage,
  pullImage,
  type RecordedImage,
  specImages,
  tagImage,
} from "../../lib/docker/index.ts";
import { InconclusiveError } from "../../lib/health/index.ts";
import { readLastGood, readOperation } from "../../lib/state/index.ts";
import type { AppContext } from "../context.ts";
import type { Session } from "./session.ts";

/**
 * Before an upgrade: gives last good's images hearth's tags, so that neither a moved tag nor a prune removes them. An
 * image that runs instead, after a person's deploy of a moved tag, gets one only if the recorded image is gone.
 */
export async function protectImages({ app, stack, folder, log }: AppContext): Promise<void> {
  const recorded = (await readLastGood(folder))?.images ?? {};
  for (const [service, running] of Object.entries(await imagesOf(stack))) {
    const good = recorded[service];
    const id = (good && (await localImage(good))) ?? running.id;
    if (id !== running.id)
      log(`${app.recipe}: ${service} runs another image than last good's, which a rollback would run`);
    await tagImage(id, lastGoodImage(stack, service));
  }
}

/**
 * Before a deploy of last good: has its images on this node, pulled by digest if they are gone, and points their tags
 * back to them. Throws InconclusiveError if an image isn't here and its registry doesn't give it now.
 */
export async function restoreImages(session: Session, version: string): Promise<void> {
  const { log } = session;
  const { stack, lock } = session.context;
  for (const [service, image] of await imagesAt(session, version)) {
    const { name, digest } = image;
    const [tagged, local] = [await imageId(name), await localImage(image)];
    if (local !== undefined) {
      if (tagged === local) continue;
      const why = tagged === undefined ? "not found on this host" : "moved to another image";
      log(`tag ${name} ${why}; ${service} gets the one that it ran`);
      await tagImage(local, name, lock);
      continue;
    }
    if (digest === undefined) throw new Error(`image not found: ${name}, which ${service} ran at ${version}`);
    const pinned = byDigest(name, digest);
    log(`image ${name} of ${service} not found on this host; pulling ${pinned}`);
    await pullImage(pinned).catch(laterIfRefused);
    for (const tag of [name, lastGoodImage(stack, service)]) await tagImage(pinned, tag, lock);
  }
}

/** A registry that doesn't answer now proves nothing: the way back is tried again. */
function laterIfRefused(error: unknown): never {
  throw error instanceof ImageError ? new InconclusiveError(error.message, { cause: error }) : error;
}

/**
 * After a deploy of last good: abra asked the registry what the tags mean now. Pins each service whose tag moved there,
 * or that has no digest because the registry didn't answer, to the image that it ran. All at once: until then, tasks of
 * another image may start on the app's data.
 */
export async function pinImages(session: Session, version: string): Promise<void> {
  const recorded = await imagesAt(session, version);
  if (!recorded.some(([, { digest }]) => digest !== undefined)) return;
  const { stack, lock } = session.context;
  const specs = await specImages(stack);
  const pins = recorded.map(async ([service, image]) => {
    const why = missingPin(specs[service], image);
    if (why === undefined) return;
    const { name, digest } = image;
    // A moved tag is pinned without a look, and an unknown digest then fails the gate: better than the wrong image.
    if (why === "unresolved" && !(await isAvailable(image)))
      return session.log(`${service} isn't pinned: digest of ${name} unknown here, and its registry doesn't answer`);
    const cause = why === "moved" ? "moved in its registry" : "wasn't resolved by its registry";
    session.log(`tag ${name} ${cause}; ${service} gets the image that it ran`);
    await pinImage(stack, service, `${name}@${digest}`, lock);
  });
  await Promise.all(pins);
}

/** Whether Swarm can run the image by its digest: it pulls a digest that this node doesn't know. */
async function isAvailable({ name, digest = "" }: RecordedImage): Promise<boolean> {
  const reference = byDigest(name, digest);
  if ((await imageId(reference)) !== undefined) return true;
  try {
    await pullImage(reference);
    return true;
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}

/** The images of `version`, by service, if it ran before the open operation or is last good. */
async function imagesAt({ context }: Session, version: string) {
  const operation = await readOperation(context.folder);
  if (operation?.from === version && operation.images) return Object.entries(operation.images);
  const good = await readLastGood(context.folder);
  return good?.version === version ? Object.entries(good.images) : [];
}
