// Reads and removes the files of runs' stacks in a file backend, which Pulumi doesn't report completely.
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { ignoreAbsent } from "../../providers/lib/fs/index.ts";
import { runOfStack } from "../../providers/lib/run/index.ts";
import { project } from "../common/project.ts";

/** The folder `.pulumi` of a file backend; undefined for other backends. */
export function backendFolder(backend = process.env["PULUMI_BACKEND_URL"] ?? ""): string | undefined {
  if (!backend.startsWith(FILE)) return undefined;
  return join(resolve(project, withHome(pathOf(backend.slice(FILE.length)))), ".pulumi");
}

const FILE = "file://";

/** No host: `file://states` is a path, from the folder that pulumi runs in. */
function pathOf(address: string): string {
  const path = address.replace(/[?#].*$/s, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // Pulumi refuses it
  }
}

/** Pulumi takes the home folder from the user database, not from HOME. */
function withHome(path: string): string {
  return path.startsWith("~") ? join(userInfo().homedir, path.slice(2)) : path;
}

/**
 * Whether a file backend has a state of the stack, read from the disk: one broken file makes `pulumi stack ls` fail.
 * undefined: no file backend.
 */
export async function hasState(stack: string, folder = backendFolder()): Promise<boolean | undefined> {
  if (folder === undefined) return undefined;
  const found = await Promise.all(
    [".json", ".json.gz"].map(end => stat(join(folder, "stacks", "hearth", `${stack}${end}`)).catch(ignoreAbsent)),
  );
  return found.some(Boolean);
}

/**
 * Every run's stack with a file in the backend, even if Pulumi doesn't list it (its state was lost, or Pulumi was
 * killed while writing, or before it removed its lock), with the time of its state, else of its newest file, in ms
 * since 1970.
 */
export async function stacksOnDisk(folder = backendFolder()): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (folder === undefined) return found;
  for (const { stack, path, isState } of [...(await locksIn(folder)), ...(await filesIn(folder))]) {
    const changed = (await stat(path).catch(ignoreAbsent))?.mtimeMs;
    if (changed === undefined) continue;
    // States come last: only their time counts.
    found.set(stack, isState ? changed : Math.max(changed, found.get(stack) ?? 0));
  }
  return found;
}

export interface Remains {
  readonly folder?: string | undefined;
  /** Removes its state too, which Pulumi can't read. */
  readonly unreadable?: boolean;
}

/** Removes what `stack rm` leaves of a removed stack: copies of a lost state, its history, empty folders. */
export async function removeRemains(
  stack: string,
  { folder = backendFolder(), unreadable = false }: Remains = {},
): Promise<void> {
  if (folder === undefined) return;
  if (!runOfStack(stack)) throw new TypeError(`${JSON.stringify(stack)}: expected the stack of a run`);
  const files = (await filesIn(folder)).filter(file => file.stack === stack);
  if (!unreadable && files.some(({ isState }) => isState)) return; // it was created again
  for (const { path } of files) await rm(path, { force: true });
  for (const name of ["history/hearth", "backups/hearth"])
    await rm(join(folder, name, stack), { recursive: true, force: true });
  for (const name of ["stacks/hearth", "locks/organization/hearth"])
    await rmdir(join(folder, name, stack)).catch(() => undefined); // absent, or not empty
}

async function locksIn(folder: string): Promise<{ stack: string; path: string; isState: false }[]> {
  const all = join(folder, "locks", "organization", "hearth");
  const stacks = ((await readdir(all).catch(ignoreAbsent)) ?? []).filter(runOfStack);
  const found = stacks.map(async stack =>
    ((await readdir(join(all, stack)).catch(ignoreAbsent)) ?? []).map(name => {
      return { stack, path: join(all, stack, name), isState: false as const };
    }),
  );
  return (await Promise.all(found)).flat();
}

async function filesIn(folder: string): Promise<{ stack: string; path: string; isState: boolean }[]> {
  const names = (await readdir(join(folder, "stacks", "hearth")).catch(ignoreAbsent)) ?? [];
  const files = names.flatMap(name => {
    const [, stack = "", rest = ""] = /^(.+?)\.json(.*)$/.exec(name) ?? [];
    return runOfStack(stack)
      ? [{ stack, path: join(folder, "stacks", "hearth", name), isState: rest === "" || rest === ".gz" }]
      : [];
  });
  return files.toSorted((a, b) => Number(a.isState) - Number(b.isState));
}
