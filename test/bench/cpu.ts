// Parses the kernel's CPU times of a process with its children, and of a container's cgroup. Pure.

/** A tick of /proc: USER_HZ is 100 on every Linux that Node runs on. */
const TICK = 10;

/**
 * Milliseconds used by a process and the descendants that were waited for, from /proc/<pid>/stat: utime, stime, cutime,
 * cstime (proc(5)). Throws for any other text.
 */
export function treeTime(stat: string): number {
  // The name in the second field may contain spaces and brackets: the third field follows the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).map(Number);
  if (ticks.length < 4 || ticks.some(Number.isNaN))
    throw new Error(`expected a line of /proc/<pid>/stat, got ${JSON.stringify(stat)}`);
  return ticks.reduce((sum, each) => sum + each, 0) * TICK;
}

/** Path of the CPU account of a cgroup, from the /proc/<pid>/cgroup of a process in it; cgroup version 1 or 2. */
export function accountOf(cgroups: string): string {
  const lines = cgroups
    .trim()
    .split("\n")
    .map(line => /^\d+:([^:]*):(.*)$/.exec(line));
  const of = (controller: string) => lines.find(line => line?.[1]?.split(",").includes(controller))?.[2];
  const [one, two] = [of("cpuacct"), of("")];
  if (one !== undefined) return `/sys/fs/cgroup/cpuacct${one}/cpuacct.usage`;
  if (two !== undefined) return `/sys/fs/cgroup${two}/cpu.stat`;
  throw new Error(`expected a cgroup with CPU accounting, got ${JSON.stringify(cgroups)}`);
}

/** Milliseconds in such a file: version 1 has only nanoseconds, version 2 a line `usage_usec <microseconds>`. */
export function accountTime(text: string): number {
  const micro = /^usage_usec (\d+)$/m.exec(text)?.[1];
  if (micro !== undefined) return Number(micro) / 1e3;
  if (/^\d+$/.test(text.trim())) return Number(text) / 1e6;
  throw new Error(`expected a cgroup's CPU time, got ${JSON.stringify(text)}`);
}
