// Programs, files and processes of the machine that the lab runs on.
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The full path of `program` on PATH, or undefined. */
export async function which(program: string, path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  for (const directory of [...path.split(delimiter), "/usr/sbin", "/sbin"]) {
    const full = join(directory, program);
    if (await exists(full, constants.X_OK)) return full;
  }
  return undefined;
}

/** Whether `path` exists, and allows `mode`. */
export async function exists(path: string, mode: number = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Whether the process `pid` exists. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
