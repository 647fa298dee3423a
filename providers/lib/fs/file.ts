// JSON files that outlive a crash: written beside, synced, renamed; each says the number of its format.
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { syncPath } from "./sync.ts";

/** The format that this hearth writes, and the newest that it reads. */
export const FORMAT = 1;

/** The first field of every file's schema. */
export const format = z.literal(FORMAT);

/** A file of a format that this hearth doesn't know: made by a newer one, and left as it is. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly path: string;
  readonly format: number;

  constructor(path: string, found: number) {
    super(`${path} has format ${found}, made by a newer hearth: this one knows formats up to ${FORMAT}`);
    this.path = path;
    this.format = found;
  }
}

/** A file that is there and can't be made sense of. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
  readonly path: string;

  constructor(path: string, why: string, cause?: unknown) {
    super(`${path} can't be read: ${why}`, { cause });
    this.path = path;
  }
}

const versioned = z.looseObject({ format: z.int().positive() });

/**
 * What `path` holds, checked by `schema`; undefined where there is no such file.
 * Throws FormatError for a newer format, UnreadableError for anything else that isn't as the schema says.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  const value = parse(path, text);
  const head = versioned.safeParse(value);
  if (!head.success) throw new UnreadableError(path, "it doesn't say its format");
  if (head.data.format > FORMAT) throw new FormatError(path, head.data.format);
  const body = schema.safeParse(value);
  if (!body.success) throw new UnreadableError(path, z.prettifyError(body.error), body.error);
  return body.data;
}

/**
 * Writes `value` so that after a crash the old file or the new one is there, whole, and once this returns the new one. Mode 0600; makes its folder.
 * Throws what the file system says; the old file stays then.
 */
export async function writeJson<T extends { readonly format: typeof FORMAT }>(path: string, value: T): Promise<void> {
  await writeText(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** As `writeJson`, for any text. */
export async function writeText(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path));
  // A name of its own: what a crash leaves behind is in nobody's way, and two writers never share one.
  const beside = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(beside, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncPath(dirname(path));
}

/** Takes a file away for good. Absent is success. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncPath(dirname(path)).catch(ignoreAbsent);
}

/** Makes a folder and those above it, mode 0700, each name synced in the one that holds it. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const known = dirname(resolve(first));
  for (let made = resolve(path); made !== known; made = dirname(made)) await syncPath(dirname(made));
}

/** For `.catch`: undefined for what isn't there, and every other error again. */
export function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

async function textOf(path: string): Promise<string | undefined> {
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
