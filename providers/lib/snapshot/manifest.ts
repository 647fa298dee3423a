// A snapshot's manifest: its declaration, and how it is read and found.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

export const format = 2;

const plainName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "wanted is a plain name");
const count = z.int().min(0);

const archived = z.strictObject({
  /** Docker's name of the volume. */
  name: plainName,
  /** The file beside the manifest. */
  archive: plainName,
  /** Bytes of the tar stream. */
  bytes: count,
  archiveBytes: count,
  /** Inodes of the tree, its root included; a hard-linked file counts once. */
  files: count,
  /** Of the archive file as it was read back from the disk, in hex: sha256sum(1) says the same. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "wanted is a SHA-256 in hex"),
});

const schema = z.strictObject({
  format: z.literal(format),
  id: plainName,
  app: z.string().min(1),
  recipe: z.string().min(1),
  /** The recipe version that ran on this data; empty where none did. */
  version: z.string(),
  /** Service → digest of its image. */
  images: z.record(z.string(), z.string()),
  taken: z.iso.datetime(),
  volumes: z.array(archived),
});

export type Manifest = z.infer<typeof schema>;
export type ManifestVolume = z.infer<typeof archived>;
/** What the caller knows of the app. */
export type SnapshotSubject = Pick<Manifest, "app" | "recipe" | "version" | "images">;
export type SnapshotName = "snapshot" | "snapshot.previous";

export interface StoredSnapshot {
  /** Its directory. */
  readonly path: string;
  readonly manifest: Manifest;
}

export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly kind: "broken" | "newer" | "older";
  readonly path: string;

  constructor(path: string, kind: "broken" | "newer" | "older", why: string, cause?: unknown) {
    super(`read manifest ${path}: ${why}`, { cause });
    this.kind = kind;
    this.path = path;
  }
}

/** The manifest in a snapshot's directory. Undefined where there is no such directory. Throws ManifestError. */
export async function readManifestIn(directory: string): Promise<Manifest | undefined> {
  const path = manifestPath(directory);
  const text = await readFile(path, "utf8").catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    if (await stat(directory).catch(() => undefined)) throw new ManifestError(path, "broken", "there is none", error);
    return undefined;
  });
  return text === undefined ? undefined : parse(path, text);
}

/** The manifest of one of an app's snapshots; undefined where there is none. `folder` is <stateDir>/apps/<app>. Throws ManifestError. */
export async function readManifest(folder: string, which: SnapshotName): Promise<Manifest | undefined> {
  return readManifestIn(join(folder, which));
}

/** The snapshot with this id, wherever it lies. Throws ManifestError only if it isn't found but might be one that can't be read. */
export async function findSnapshot(folder: string, id: string): Promise<StoredSnapshot | undefined> {
  const broken: ManifestError[] = [];
  // The last name is that of a verified one whose commit was interrupted.
  for (const name of ["snapshot", "snapshot.previous", "snapshot.next"]) {
    const path = join(folder, name);
    try {
      const manifest = await readManifestIn(path);
      if (manifest?.id === id) return { path, manifest };
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      broken.push(error);
    }
  }
  if (broken[0]) throw broken[0];
  return undefined;
}

/** The app's .env as it was, from a snapshot's directory. */
export async function readEnv(directory: string): Promise<string> {
  return readFile(envPath(directory), "utf8");
}

export function manifestPath(directory: string): string {
  return join(directory, "manifest.json");
}

export function envPath(directory: string): string {
  return join(directory, "env");
}

function parse(path: string, text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ManifestError(
      path,
      "broken",
      `no JSON: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
  const other = z.looseObject({ format: z.int().refine(found => found !== format) }).safeParse(json);
  if (other.success && other.data.format > format)
    throw new ManifestError(
      path,
      "newer",
      `it is of format ${other.data.format}, and this hearth knows up to ${format}: a newer hearth wrote it`,
    );
  if (other.success)
    throw new ManifestError(
      path,
      "older",
      `it is of format ${other.data.format}, and this hearth reads only ${format}: an older hearth wrote it`,
    );
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ManifestError(
    path,
    "broken",
    parsed.error.issues.map(issue => `${issue.path.join(".") || "it"}: ${issue.message}`).join("; "),
    parsed.error,
  );
}
