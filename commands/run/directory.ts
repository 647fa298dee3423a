// A run's folder in hearth's directory. It records the process that started the run, also without a lease.
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { format, ignoreAbsent, readJson, writeJson } from "../../providers/lib/fs/index.ts";
import { currentProcess, processIdentity, type ProcessIdentity } from "../../providers/lib/process/index.ts";
import { dedicatedDomain, runFolder, runOfStack } from "../../providers/lib/run/index.ts";

const ownerFile = z.object({ format, holder: processIdentity });

const fileOf = (stateDir: string, run: string): string => join(runFolder(stateDir, run), "owner.json");

/** Records that this process started the run. `run` is `<recipe>-<hex>`. */
export async function recordHolder(stateDir: string, run: string): Promise<void> {
  await writeJson(fileOf(stateDir, run), { format: 1, holder: await currentProcess() });
}

/** The process that started the run; undefined if not recorded. Throws FormatError, UnreadableError. */
export async function holderOfRun(stateDir: string, run: string): Promise<ProcessIdentity | undefined> {
  return (await readJson(fileOf(stateDir, run), ownerFile))?.holder;
}

/** Removes the run's folder, and the folder with the locks of its dedicated Keycloak. Absent is success. */
export async function removeRunDir(stateDir: string, run: string): Promise<void> {
  await rm(runFolder(stateDir, run), { recursive: true, force: true });
  const parsed = runOfStack(`ci-${run}`);
  const keycloaks = join(stateDir, "keycloak");
  for (const name of (parsed && (await readdir(keycloaks).catch(ignoreAbsent))) ?? [])
    if (name.startsWith(dedicatedDomain(parsed!, "")))
      await rm(join(keycloaks, name), { recursive: true, force: true });
}

export interface RunDir {
  readonly name: string;
  /** When an entry was last created or removed, in ms since 1970. */
  readonly changed: number;
}

/** Every folder in the runs' directory, whatever its name. */
export async function runDirs(stateDir: string): Promise<RunDir[]> {
  const folder = join(stateDir, "runs");
  const found = ((await readdir(folder, { withFileTypes: true }).catch(ignoreAbsent)) ?? []).filter(entry =>
    entry.isDirectory(),
  );
  const dirs = await Promise.all(
    found.map(async ({ name }) => ({ name, changed: (await stat(join(folder, name)).catch(ignoreAbsent))?.mtimeMs })),
  );
  return dirs.flatMap(({ name, changed }) => (changed === undefined ? [] : [{ name, changed }]));
}
