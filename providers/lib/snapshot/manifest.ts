// A snapshot's manifest: its schema, and how to read and find it.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { FORMAT, format } from "../fs/index.ts";
import { errorMessage } from "../text.ts";

const plainName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected a plain name");
const count = z.int().min(0);

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in hex");

const archivedVolume = z.strictObject({
  /** Docker's name for the volume. */
  name: plainName,
  /** Name of the file beside the manifest. */
  archive: plainName,
  /** Bytes of the tar stream. */
  bytes: count,
  archiveBytes: count,
  /** Inodes of the tree, its root included; a hard-linked file counts once. */
  files: count,
  /** SHA-256 of the archive file as read back from the disk, in hex, as sha256sum(1) prints it. */
  sha256,
});

const schema = z.strictObject({
  format,
  id: plainName,
  app: z.string().min(1),
  recipe: z.string().min(1),
  /** The recipe version that ran on this data; empty if none did. */
  version: z.string(),
  /** Digest of the image by service. */
  images: z.record(z.string(), z.string()),
  /** When it was taken. */
  taken: z.iso.datetime(),
  volumes: z.array(archivedVolume),
  /** SHA-256 of the .env; absent in snapshots of an earlier hearth, as is the next. */
  envSha256: sha256.optional(),
  /** Names of the app's other volumes that existed. */
  others: z.array(plainName).optional(),
});

export type Manifest = z.infer<typeof schema>;
export type ManifestVolume = z.infer<typeof archivedVolume>;
/** What the caller tells about the app. */
export type SnapshotSubject = Pick<Manifest, "app" | "recipe" | "version" | "images" | "others">;
export type SnapshotName = "snapshot" | "snapshot.previous";

export interface StoredSnapshot {
  /** Its directory. */
  readonly path: string;
  readonly manifest: Manifest;
}

export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly kind: "broken" | "newer";
  readonly path: string;

  constructor(path: string, kind: "broken" | "newer", why: string, cause?: unknown) {
    super(`read manifest ${path}: ${why}`, { cause });
    this.kind = kind;
    this.path = path;
  }
}

/** The manifest in a snapshot's directory; undefined if the directory doesn't exist. Throws ManifestError. */
export async function readManifestIn(directory: string): Promise<Manifest | undefined> {
  const path = manifestPath(directory);
  const text = await readFile(path, "utf8").catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    if (await stat(directory).catch(() => undefined)) throw new ManifestError(path, "broken", "not found", error);
    return undefined;
  });
  return text === undefined ? undefined : parse(path, text);
}

/**
 * The manifest of one of an app's snapshots; undefined if there is none. `folder` is <stateDir>/apps/<app>. Throws
 * ManifestError.
 */
export async function readManifest(folder: string, name: SnapshotName): Promise<Manifest | undefined> {
  return readManifestIn(join(folder, name));
}

/**
 * The snapshot with this id, under any of its names; undefined if there is none. Throws ManifestError if an unreadable
 * one might be it.
 */
export async function findSnapshot(folder: string, id: string): Promise<StoredSnapshot | undefined> {
  const errors: ManifestError[] = [];
  // `snapshot.next` is verified, but its commit was interrupted.
  for (const name of ["snapshot", "snapshot.previous", "snapshot.next"]) {
    const path = join(folder, name);
    try {
      const manifest = await readManifestIn(path);
      if (manifest?.id === id) return { path, manifest };
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      errors.push(error);
    }
  }
  if (errors[0]) throw errors[0];
  return undefined;
}

/** Text of the app's .env at the time of the snapshot. `directory` is the snapshot's. */
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
  const json = parseJson(path, text);
  const newer = z.looseObject({ format: z.int().min(FORMAT + 1) }).safeParse(json);
  if (newer.success)
    throw new ManifestError(
      path,
      "newer",
      `format ${newer.data.format}, expected ${FORMAT}; a newer hearth wrote it: upgrade hearth on this host`,
    );
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(issue => `${issue.path.join(".") || "manifest"}: ${issue.message}`);
  throw new ManifestError(path, "broken", issues.join("; "), parsed.error);
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ManifestError(path, "broken", `invalid JSON: ${errorMessage(error)}`, error);
  }
}
