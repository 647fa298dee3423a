// Makes verified archives a snapshot: with the .env and a manifest beside them that can be read.
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { syncPath } from "../fs/index.ts";
import { writeSynced } from "./disk.ts";
import { envPath, readManifestIn, manifestPath, readEnv, type Manifest } from "./manifest.ts";
import { SnapshotMismatchError } from "./verify.ts";

/** Writes `env` and, last, the manifest into `directory`, all of it synced. Throws ManifestError and SnapshotMismatchError where they aren't read as they were written. */
export async function seal(directory: string, manifest: Manifest, env: string): Promise<void> {
  await writeSynced(envPath(directory), env);
  await writeSynced(manifestPath(directory), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await syncPath(directory);
  await syncPath(dirname(directory));
  if (!isDeepStrictEqual(await readManifestIn(directory), manifest) || (await readEnv(directory)) !== env)
    throw new SnapshotMismatchError("archive", "env and manifest", "not as they were written");
}
