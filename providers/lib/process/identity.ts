// A process identity, which no other process can share, and the liveness of the process it names.
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import { bootId } from "./boot.ts";

export const processIdentity = z.object({
  host: z.string(),
  /** The kernel's boot id. */
  boot: z.string(),
  /** The pid namespace: in another one the same pid is another process. */
  pidns: z.string(),
  pid: z.int().positive(),
  /** Start time in clock ticks since boot: pids are reused, a pid with its start time isn't. */
  started: z.int().nonnegative(),
});

export type ProcessIdentity = z.infer<typeof processIdentity>;

/** `unknown`: can't be determined from this host or pid namespace. Treat it as alive. */
export type Liveness = "alive" | "dead" | "unknown";

/** The identity of this process. Throws if /proc isn't mounted. */
export async function currentProcess(): Promise<ProcessIdentity> {
  const [kernel, stat] = await Promise.all([currentKernel(), statOf(process.pid)]);
  if (!stat) throw new Error(`read /proc/${process.pid}/stat: not found: is /proc mounted?`);
  return { ...kernel, pid: process.pid, started: stat.started };
}

/** `dead` only with proof: this host was rebooted, the pid is gone, or another process has it. */
export async function livenessOf({ host, boot, pidns, pid, started }: ProcessIdentity): Promise<Liveness> {
  const kernel = await currentKernel();
  if (host !== kernel.host) return "unknown";
  if (boot !== kernel.boot) return "dead";
  if (pidns !== kernel.pidns) return "unknown";
  const stat = await statOf(pid);
  return stat?.started === started && !stat.ended ? "alive" : "dead";
}

/** Whether both identities name the same process. */
export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.boot === b.boot && a.pidns === b.pidns && a.pid === b.pid && a.started === b.started;
}

/** Clock ticks per second in /proc, sysconf(_SC_CLK_TCK): 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** Start time of a process in ms since 1970, exact to about a second; undefined if there is no such process here. */
export async function startTimeOf(pid: number): Promise<number | undefined> {
  const [stat, text] = await Promise.all([statOf(pid), readFile("/proc/stat", "utf8")]);
  const boot = /^btime (\d+)$/m.exec(text)?.[1];
  if (boot === undefined) throw new Error("read /proc/stat: expected a line `btime <seconds>`");
  return stat && !stat.ended ? (Number(boot) + stat.started / TICKS_PER_SECOND) * 1000 : undefined;
}

async function currentKernel(): Promise<Pick<ProcessIdentity, "host" | "boot" | "pidns">> {
  const [boot, pidns] = await Promise.all([bootId(), readlink("/proc/self/ns/pid")]);
  return { host: hostname(), boot, pidns };
}

/** Fields 3 and 22 of /proc/<pid>/stat (proc_pid_stat(5)); undefined if there is no such process. */
async function statOf(pid: number): Promise<{ started: number; ended: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ESRCH") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  // Field 2 is the program's name in brackets, which may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  if (state === undefined || started === undefined)
    throw new Error(`read /proc/${pid}/stat: expected at least 22 fields, got ${fields.length + 2}`);
  // A zombie has ended; its parent just hasn't reaped it yet.
  return { started: Number(started), ended: state === "Z" || state === "X" };
}
