// Takes a snapshot: written, synced, read back and equal before it counts.
import { removeTree } from "./disk.ts";
import { format, type SnapshotSubject, type Manifest } from "./manifest.ts";
import { commitSnapshot, partialPath, recoverRotation } from "./rotate.ts";
import { seal } from "./seal.ts";
import { verifyArchives } from "./verify.ts";
import { writeArchives, type WriteOptions } from "./write.ts";
import type { Volume } from "./volume.ts";

export interface SnapshotContent {
  /** A plain name, unlike that of any other snapshot of the app. */
  readonly id: string;
  readonly about: SnapshotSubject;
  /** Text of the app's .env. */
  readonly env: string;
  readonly volumes: readonly Volume[];
  readonly log: (line: string) => void;
}

export interface TakeOptions extends SnapshotContent, WriteOptions {
  /** <stateDir>/apps/<app>: its lock is the caller's. */
  readonly folder: string;
  /** Throws where something could write to a volume, such as a container that mounts it. Asked before the first byte and after the last. */
  readonly check?: (() => Promise<void>) | undefined;
}

/**
 * Takes a snapshot of `volumes`, which nothing may write to meanwhile, as the newest of the app.
 * Fails as `writeArchives`, `verifyArchives`, `seal` and `check` do; then nothing of it is left, and the older snapshots are as they were.
 */
export async function takeSnapshot({
  folder,
  check,
  id,
  about,
  env,
  volumes,
  log: say,
  ...options
}: TakeOptions): Promise<Manifest> {
  await recoverRotation(folder);
  await check?.();
  const partial = partialPath(folder, id);
  try {
    const taken = new Date().toISOString();
    const written = await writeArchives(partial, volumes, say, options);
    const verified = await verifyArchives(partial, written, volumes, say, options);
    const { app, recipe, version, images } = about;
    const manifest: Manifest = { format, id, app, recipe, version, images, taken, volumes: verified };
    await seal(partial, manifest, env);
    await check?.();
    await commitSnapshot(folder, partial);
    return manifest;
  } catch (error) {
    await removeTree(partial).catch(problem => say(`snapshot: ${partial} is left behind: ${String(problem)}`));
    throw error;
  }
}
