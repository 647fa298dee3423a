// Takes a snapshot: it counts only once it was written, synced, read back and found equal.
import { FORMAT } from "../fs/index.ts";
import { sha256Of } from "./checksum.ts";
import { removeTree } from "./disk.ts";
import type { Manifest, SnapshotSubject } from "./manifest.ts";
import { commitSnapshot, partialPath, recoverRotation } from "./rotate.ts";
import { seal } from "./seal.ts";
import { verifyArchives } from "./verify.ts";
import type { Volume } from "./volume.ts";
import { writeArchives, type WriteOptions } from "./write.ts";

export interface SnapshotContent {
  /** A plain name, unique among the app's snapshots. */
  readonly id: string;
  readonly about: SnapshotSubject;
  /** Text of the app's .env. */
  readonly env: string;
  readonly volumes: readonly Volume[];
  readonly log: (line: string) => void;
}

interface TakeOptions extends SnapshotContent, WriteOptions {
  /** <stateDir>/apps/<app>. The caller holds its lock. */
  readonly folder: string;
  /**
   * Throws if something could write to a volume, such as a container that mounts it. Called before the first byte and
   * after the last.
   */
  readonly check?: (() => Promise<void>) | undefined;
}

/**
 * Takes a snapshot of `volumes`, which nothing may write to meanwhile, and makes it the app's newest. Fails as
 * `writeArchives`, `verifyArchives`, `seal` and `check` do; then it leaves nothing, and the older snapshots are
 * unchanged.
 */
export async function takeSnapshot(options: TakeOptions): Promise<Manifest> {
  const { folder, check, id, about, env, volumes, log, ...writeOptions } = options;
  await recoverRotation(folder, log);
  await check?.();
  const partial = partialPath(folder, id);
  try {
    const taken = new Date().toISOString();
    const written = await writeArchives(partial, volumes, log, writeOptions);
    const verified = await verifyArchives(partial, written, volumes, log, writeOptions);
    const manifest: Manifest = {
      format: FORMAT,
      id,
      ...about,
      taken,
      volumes: verified,
      envSha256: sha256Of(env),
    };
    await seal(partial, manifest, env);
    await check?.();
    await commitSnapshot(folder, partial, log);
    return manifest;
  } catch (error) {
    await removeTree(partial).catch(problem => log(`snapshot: couldn't remove ${partial}: ${String(problem)}`));
    throw error;
  }
}
