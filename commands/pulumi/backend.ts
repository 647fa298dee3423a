// What of a stack lies in a file backend, beyond what Pulumi says of it.
import { rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ignoreAbsent } from "../../providers/journal/file.ts";

/** The folder `.pulumi` of a file backend; undefined for every other one. */
export function backendFolder(backend = process.env["PULUMI_BACKEND_URL"] ?? ""): string | undefined {
  return backend.startsWith("file://") ? join(fileURLToPath(backend), ".pulumi") : undefined;
}

/** When the stack's state was last written: ms since 1970; undefined where no file says so. */
export async function stateWritten(stack: string, folder = backendFolder()): Promise<number | undefined> {
  if (folder === undefined) return undefined;
  const files = [`${stack}.json`, `${stack}.json.gz`].map(name => join(folder, "stacks", "hearth", name));
  const found = await Promise.all(files.map(file => stat(file).catch(ignoreAbsent)));
  return found.find(Boolean)?.mtimeMs;
}

/** `stack rm` leaves up to four empty folders a run. */
export async function removeEmptyFolders(stack: string, folder = backendFolder()): Promise<void> {
  if (folder === undefined) return;
  const folders = ["stacks/hearth", "history/hearth", "backups/hearth", "locks/organization/hearth"];
  for (const name of folders) await rmdir(join(folder, name, stack)).catch(() => undefined); // absent, or not empty
}
