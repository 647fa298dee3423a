// Records renames, new folders, syncs and removals in the order in which they are done.
import fs, { type FileHandle } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, relative } from "node:path";
import type { Workspace } from "./workspace.ts";

/** Runs `work` and returns its calls: `rename a → b`, `mkdir a`, `sync a`, `remove a`, with paths below `folder`. */
export async function callsOf(workspace: Workspace, folder: string, work: () => Promise<void>): Promise<string[]> {
  const log = join(workspace.path, "calls");
  await fs.writeFile(log, "");
  await workspace.fake("rm", `for path; do :; done; echo "remove $path" >> '${log}'; PATH=\${PATH#*:} exec rm "$@"`);
  const { rename, mkdir, open, appendFile } = fs;
  const note = (line: string) => appendFile(log, `${line}\n`);
  fs.rename = (async (from: string, to: string) => {
    await note(`rename ${from} → ${to}`);
    return rename(from, to);
  }) as typeof fs.rename;
  fs.mkdir = (async (path: string, options: object) => {
    await note(`mkdir ${path}`);
    return mkdir(path, options);
  }) as typeof fs.mkdir;
  fs.open = (async (path: string, flags: string) => {
    const handle = await open(path, flags);
    const sync = handle.sync.bind(handle);
    return Object.assign(handle, { sync: async () => (await note(`sync ${path}`), sync()) }) as FileHandle;
  }) as typeof fs.open;
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    Object.assign(fs, { rename, mkdir, open });
    syncBuiltinESMExports();
  }
  return readFileSync(log, "utf8")
    .split("\n")
    .filter(Boolean)
    .map(line => line.replace(/\/\S+/g, path => relative(folder, path) || "."));
}
