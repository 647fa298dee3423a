// JSON files that survive a crash: written beside, synced, renamed. Each holds its format number.
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { syncPath } from "./sync.ts";

/** The format that this version of hearth writes, and the newest that it reads. */
export const FORMAT = 1;

/** Owner, group and mode of a file, as in `Stats`. */
interface Attributes {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The first field of every file's schema. */
export const format = z.literal(FORMAT);

/** A file in a newer format than this version of hearth reads. It is left unchanged. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly path: string;
  readonly format: number;

  constructor(path: string, found: number) {
    const expected = `expected at most ${FORMAT}; a newer hearth wrote it: upgrade hearth on this host`;
    super(`cannot read ${path}: format ${found}, ${expected}`);
    this.path = path;
    this.format = found;
  }
}

/** A file exists but can't be read or doesn't match its schema. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
  readonly path: string;

  constructor(path: string, why: string, cause?: unknown) {
    super(`cannot read ${path}: ${why}`, { cause });
    this.path = path;
  }
}

const headerSchema = z.looseObject({ format: z.int().positive() });

/**
 * Reads `path` and checks it with `schema`; undefined if the file doesn't exist.
 * Throws FormatError for a newer format, UnreadableError for anything else that doesn't match.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const value = parse(path, text);
  const header = headerSchema.safeParse(value);
  if (!header.success) throw new UnreadableError(path, "expected a format number in `format`");
  if (header.data.format > FORMAT) throw new FormatError(path, header.data.format);
  const body = schema.safeParse(value);
  if (!body.success) throw new UnreadableError(path, z.prettifyError(body.error), body.error);
  return body.data;
}

/**
 * Writes `value` atomically and durably: after a crash `path` holds the old content or the new, never a part. Mode
 * 0600; makes its folder. Throws the file system's error and leaves the old file unchanged.
 */
export async function writeJson<T extends { readonly format: typeof FORMAT }>(path: string, value: T): Promise<void> {
  await writeText(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Like `writeJson`, for any text; with the owner, group and mode of `like`, if given. */
export async function writeText(path: string, text: string, like?: Attributes): Promise<void> {
  await makeFolder(dirname(path));
  // A unique name: a crash's leftover blocks no later write, and two writers never share a file.
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      if (like) {
        // In this order: a change of owner may clear bits of the mode. A file that has its owner needs no privilege.
        const { uid, gid } = await file.stat();
        if (uid !== like.uid || gid !== like.gid) await file.chown(like.uid, like.gid);
        await file.chmod(like.mode & 0o7777);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncPath(dirname(path));
}

/** Removes a file durably. Absent is success. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncPath(dirname(path)).catch(ignoreAbsent);
}

/** Makes a folder and its parents, mode 0700, and syncs each new name in its parent. */
export async function makeFolder(path: string): Promise<void> {
  const topmost = await mkdir(path, { recursive: true, mode: 0o700 });
  if (topmost === undefined) return;
  const existing = dirname(resolve(topmost));
  for (let folder = resolve(path); folder !== existing; folder = dirname(folder)) await syncPath(dirname(folder));
}

/** For `.catch`: turns ENOENT into undefined and rethrows every other error. */
export function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8").catch(ignoreAbsent);
  } catch (error) {
    throw new UnreadableError(path, (error as Error).message, error);
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableError(path, (error as Error).message, error);
  }
}
