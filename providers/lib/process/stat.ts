// Reads /proc/<pid>/stat.
import { readFile } from "node:fs/promises";

export interface ProcessStat {
  /** The program's name, cut to 15 bytes. */
  readonly name: string;
  /** Start time in clock ticks since boot. */
  readonly started: number;
  readonly ended: boolean;
}

/** Fields 2, 3 and 22 of /proc/<pid>/stat (proc_pid_stat(5)); undefined if there is no such process. */
export async function statOf(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ESRCH") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  // Field 2 is the program's name in brackets, which may itself hold spaces and brackets.
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  if (state === undefined || started === undefined)
    throw new Error(`read /proc/${pid}/stat: expected at least 22 fields, got ${fields.length + 2}`);
  const name = text.slice(text.indexOf("(") + 1, end);
  // A zombie has ended; its parent just hasn't reaped it yet.
  return { name, started: Number(started), ended: state === "Z" || state === "X" };
}
