// Writes the diagnostics of a failure before the app is undeployed: masked, one folder each, the newest ten.
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, syncPath, writeText } from "../fs/index.ts";
import { stamp } from "../time/index.ts";
import { mask } from "./mask.ts";

const KEPT = 10;
const ours = /^\d{8}T\d{6}\.\d{3}Z(-\d+)?$/;
const unfinished = ".unfinished";

/**
 * Writes `files`, text by name, to `<failures>/<UTC time>/`, masked, mode 0600. Returns the path once it is synced.
 * Keeps the newest ten. Characters that a file name can't have become `_`. Call it under the app's lock. Throws the
 * file system's error, and then leaves nothing.
 */
export async function writeDiagnostics(
  failures: string,
  files: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Promise<string> {
  await makeFolder(failures);
  const beside = join(failures, unfinished);
  await rm(beside, { recursive: true, force: true });
  try {
    await mkdir(beside, { mode: 0o700 });
    for (const [name, text] of Object.entries(files))
      await writeText(join(beside, fileName(name)), mask(text, secrets));
    const made = await freeName(failures);
    await rename(beside, join(failures, made));
    await syncPath(failures);
    await prune(failures, made);
    return join(failures, made);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}

function fileName(name: string): string {
  return name.replaceAll(/[^\w.-]/g, "_").replace(/^\./, "_");
}

async function freeName(failures: string): Promise<string> {
  const [taken, now] = [await readdir(failures), stamp()];
  for (let name = now, again = 2; ; name = `${now}-${again++}`) if (!taken.includes(name)) return name;
}

/** Never the folder just written, whatever the clock says, and never a foreign file. */
async function prune(failures: string, made: string): Promise<void> {
  const others = (await readdir(failures)).filter(name => ours.test(name) && name !== made).toSorted();
  for (const name of others.slice(0, -(KEPT - 1))) await rm(join(failures, name), { recursive: true });
}
