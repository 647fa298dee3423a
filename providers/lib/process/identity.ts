// Which process does something, and whether it still lives: told by facts that no other process can share.
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import { bootId } from "./boot.ts";

export const processIdentity = z.object({
  host: z.string(),
  /** Boot id of the kernel. */
  boot: z.string(),
  /** The pid namespace: in another one the same number is another process. */
  pidns: z.string(),
  pid: z.int().positive(),
  /** When it was started, in clock ticks since boot: a pid is used again, a pid with its start isn't. */
  started: z.int().nonnegative(),
});

export type ProcessIdentity = z.infer<typeof processIdentity>;

/** `unknown`: it can't be told from here, and must be taken for alive. */
export type Liveness = "alive" | "dead" | "unknown";

/** This process. Throws where there is no /proc. */
export async function currentProcess(): Promise<ProcessIdentity> {
  const [here, stat] = await Promise.all([place(), statOf(process.pid)]);
  if (!stat) throw new Error("/proc says nothing of this process");
  return { ...here, pid: process.pid, started: stat.started };
}

/** Dead only when that is proved: another boot of this host, or a pid that is gone or somebody else's by now. */
export async function livenessOf({ host, boot, pidns, pid, started }: ProcessIdentity): Promise<Liveness> {
  const here = await place();
  if (host !== here.host) return "unknown";
  if (boot !== here.boot) return "dead";
  if (pidns !== here.pidns) return "unknown";
  const stat = await statOf(pid);
  return stat?.started === started && !stat.ended ? "alive" : "dead";
}

/** Whether both are one process. */
export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.boot === b.boot && a.pidns === b.pidns && a.pid === b.pid && a.started === b.started;
}

/** Clock ticks a second in /proc, on every Linux that Node runs on: sysconf(_SC_CLK_TCK). */
const TICKS = 100;

/** When the process was started, in ms since 1970, to about a second; undefined where there is no such process here. */
export async function startTimeOf(pid: number): Promise<number | undefined> {
  const [stat, text] = await Promise.all([statOf(pid), readFile("/proc/stat", "utf8")]);
  const boot = /^btime (\d+)$/m.exec(text)?.[1];
  if (boot === undefined) throw new Error("/proc/stat doesn't say when this machine was booted");
  return stat && !stat.ended ? (Number(boot) + stat.started / TICKS) * 1000 : undefined;
}

async function place(): Promise<Pick<ProcessIdentity, "host" | "boot" | "pidns">> {
  const [boot, pidns] = await Promise.all([bootId(), readlink("/proc/self/ns/pid")]);
  return { host: hostname(), boot, pidns };
}

/** Fields 3 and 22 of /proc/<pid>/stat (proc_pid_stat(5)); undefined where there is no such process. */
async function statOf(pid: number): Promise<{ started: number; ended: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ESRCH") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  // Field 2 is the program's name in brackets, which may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  if (state === undefined || started === undefined)
    throw new Error(`/proc/${pid}/stat has ${fields.length + 2} fields`);
  // A zombie does nothing more; its parent only hasn't asked for it yet.
  return { started: Number(started), ended: state === "Z" || state === "X" };
}
