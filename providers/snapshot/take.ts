// Takes a snapshot: written, synced, read back and equal before it counts.
import { remove } from "./disk.ts";
import type { ChildOptions } from "./children.ts";
import type { Manifest } from "./manifest.ts";
import { commitSnapshot, partialPath, recoverRotation } from "./rotate.ts";
import { verifySnapshot } from "./verify.ts";
import { writeSnapshot, type Content } from "./write.ts";

export interface Take extends Content, ChildOptions {
  /** <stateDir>/apps/<app>: its lock is the caller's. */
  readonly folder: string;
  /** Throws where something could write to a volume, such as a container that mounts it. Asked before the first byte and after the last. */
  readonly check?: (() => Promise<void>) | undefined;
}

/**
 * Takes a snapshot of `volumes`, which nothing may write to meanwhile, as the newest of the app.
 * Fails as `writeSnapshot`, `verifySnapshot` and `check` do; then nothing of it is left, and the older snapshots are as they were.
 */
export async function takeSnapshot({ folder, check, ...take }: Take): Promise<Manifest> {
  await recoverRotation(folder);
  await check?.();
  const partial = partialPath(folder, take.id);
  try {
    const manifest = await writeSnapshot(partial, take, take);
    await verifySnapshot(partial, take, manifest, take);
    await check?.();
    await commitSnapshot(folder, partial);
    return manifest;
  } catch (error) {
    await remove(partial).catch(problem => take.say(`snapshot: ${partial} is left behind: ${String(problem)}`));
    throw error;
  }
}
