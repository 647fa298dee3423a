// Refuses a Pulumi CLI that is too old for hearth. A version that is new enough is recorded, so that only the first use
// of a CLI needs another process; not for a version manager's shim, which stays the same when the CLI changes.
import { access, constants, mkdir, open, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { z } from "zod";
import { run } from "../providers/lib/process/index.ts";

/** The first with `stack rm --remove-backups`. */
const OLDEST_PULUMI = [3, 188] as const;

export class PulumiVersionError extends Error {
  override readonly name = "PulumiVersionError";
}

const recorded = z.object({ path: z.string(), size: z.number(), changed: z.number() });

type Program = z.infer<typeof recorded>;

/** Returns whether there is a `pulumi` on PATH. Throws PulumiVersionError if it is too old, ProgramError. */
export async function requirePulumi(): Promise<boolean> {
  const program = await programOnPath("pulumi");
  if (program === undefined) return false;
  const shim = await isShim(program);
  if (!shim && (await isRecorded(program))) return true;
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = await run("pulumi", ["version"], "read its version", { env, timeout: 60_000 });
  refuseOld(stdout);
  if (!shim) await record(program);
  return true;
}

function refuseOld(text: string): void {
  const [found, major, minor] = /(\d+)\.(\d+)\.\d+/.exec(text) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_PULUMI;
  const oldest = `${oldestMajor}.${oldestMinor}.0 or newer (https://www.pulumi.com/docs/install)`;
  if (found === undefined)
    throw new PulumiVersionError(
      `pulumi version: expected a version, got ${JSON.stringify(text.slice(0, 80))}: hearth needs ${oldest}`,
    );
  const isOld = Number(major) === oldestMajor ? Number(minor) < oldestMinor : Number(major) < oldestMajor;
  if (isOld) throw new PulumiVersionError(`pulumi ${found} is too old: hearth needs ${oldest}`);
}

/** undefined if PATH has no such program. */
async function programOnPath(name: string): Promise<Program | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const file = join(folder, name);
    const isExecutable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isExecutable) continue;
    const path = await realpath(file);
    const { size, mtimeMs: changed } = await stat(path);
    return { path, size, changed };
  }
  return undefined;
}

/** asdf's is a script, mise's a link to mise. */
async function isShim({ path }: Program): Promise<boolean> {
  if (basename(path) !== "pulumi") return true;
  const file = await open(path).catch(() => undefined);
  try {
    const start = await file?.read(Buffer.alloc(2), 0, 2, 0);
    return start?.buffer.toString("latin1") === "#!";
  } finally {
    await file?.close();
  }
}

function recordFile(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "hearth", "pulumi.json");
}

async function isRecorded({ path, size, changed }: Program): Promise<boolean> {
  const text = await readFile(recordFile(), "utf8").catch(() => "");
  const found = recorded.safeParse(parsed(text));
  return found.success && found.data.path === path && found.data.size === size && found.data.changed === changed;
}

/** undefined for a text that isn't JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Ignores a folder that can't be written: the next use then asks again. */
async function record(program: Program): Promise<void> {
  const [file, draft] = [recordFile(), `${recordFile()}.${process.pid}`];
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, JSON.stringify(program));
    await rename(draft, file);
  } catch (error) {
    if (!["EACCES", "EROFS", "EPERM", "ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
  }
}
