// A run's folder in hearth's directory, and in it who began the run: known before any lease is, and after it is lost.
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { format, ignoreAbsent, readJson, writeJson } from "../../providers/lib/fs/index.ts";
import { currentProcess, processIdentity, type ProcessIdentity } from "../../providers/lib/process/index.ts";
import { dedicatedDomain, runFolder, runOfStack } from "../../providers/lib/run/index.ts";

const ownerFile = z.object({ format, holder: processIdentity });

const fileOf = (stateDir: string, run: string): string => join(runFolder(stateDir, run), "owner.json");

/** Writes down that this process began the run. `run` is `<recipe>-<hex>`. */
export async function recordHolder(stateDir: string, run: string): Promise<void> {
  await writeJson(fileOf(stateDir, run), { format: 1, holder: await currentProcess() });
}

/** Who began the run; undefined where nobody says. Throws FormatError, UnreadableError. */
export async function holderOfRun(stateDir: string, run: string): Promise<ProcessIdentity | undefined> {
  return (await readJson(fileOf(stateDir, run), ownerFile))?.holder;
}

/** The run's folder gone, with all that is in it, and the one with the locks of a Keycloak of its own. Absent is success. */
export async function removeRunDir(stateDir: string, run: string): Promise<void> {
  await rm(runFolder(stateDir, run), { recursive: true, force: true });
  const its = runOfStack(`ci-${run}`);
  const keycloaks = join(stateDir, "keycloak");
  for (const name of (its && (await readdir(keycloaks).catch(ignoreAbsent))) ?? [])
    if (name.startsWith(dedicatedDomain(its!, ""))) await rm(join(keycloaks, name), { recursive: true, force: true });
}

export interface RunDir {
  readonly name: string;
  /** When a name in it was last made or taken away: ms since 1970. */
  readonly changed: number;
}

/** Every folder where runs have theirs, whatever it is called. */
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
