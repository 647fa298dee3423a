// Completes verified archives to a snapshot: adds the .env and a manifest, and reads both back.
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { syncPath } from "../fs/index.ts";
import { writeSynced } from "./disk.ts";
import { envPath, manifestPath, readEnv, readManifestIn, type Manifest } from "./manifest.ts";
import { SnapshotMismatchError } from "./verify.ts";

/**
 * Writes `env` and, last, the manifest into `directory`, both synced. Throws ManifestError or SnapshotMismatchError if
 * they don't read back as written.
 */
export async function seal(directory: string, manifest: Manifest, env: string): Promise<void> {
  await writeSynced(envPath(directory), env);
  await writeSynced(manifestPath(directory), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await syncPath(directory);
  await syncPath(dirname(directory));
  if (!isDeepStrictEqual(await readManifestIn(directory), manifest) || (await readEnv(directory)) !== env)
    throw new SnapshotMismatchError("archive", "env and manifest", "they differ from what was written");
}
