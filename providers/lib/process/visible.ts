// Finds processes by a pid that another program recorded without its pid namespace.
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import { statOf, type ProcessStat } from "./stat.ts";

/** The initial pid namespace has a fixed number (PROC_PID_INIT_INO in linux/proc_ns.h). */
const INITIAL_NAMESPACE = "pid:[4026531836]";

/** Programs that only run a whole system, as in a system container (LXC, Incus), and no single application. */
const initPrograms = ["systemd", "init"];

/** Whether this process sees all processes of its system, those in application containers too. */
export async function seesAllProcesses(): Promise<boolean> {
  return isWholeSystem(await readlink("/proc/self/ns/pid"), (await statOf(1))?.name);
}

/** `first`: the name of process 1. */
export function isWholeSystem(pidns: string, first: string | undefined): boolean {
  return pidns === INITIAL_NAMESPACE || (first !== undefined && initPrograms.includes(first));
}

export interface VisibleProcess extends ProcessStat {
  /** The last part of its argv[0]; empty for one that is ending. */
  readonly program: string;
}

/** Running processes that have `pid` here, or in a pid namespace below this one. */
export async function processesWithPid(pid: number): Promise<VisibleProcess[]> {
  const pids = (await readdir("/proc")).filter(name => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async each => ((await pidsOf(each)).includes(pid) ? visible(each) : [])));
  return found.flat();
}

async function visible(pid: number): Promise<VisibleProcess[]> {
  const stat = await statOf(pid);
  if (!stat || stat.ended) return [];
  const [program = ""] = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  return [{ ...stat, program: basename(program) }];
}

/** The process's pid in each namespace from this one to its own: NSpid of proc_pid_status(5). */
async function pidsOf(pid: number): Promise<number[]> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""); // ended meanwhile
  return (/^NSpid:\s+(.*)$/m.exec(status)?.[1] ?? "").split(/\s+/).filter(Boolean).map(Number);
}
