// Parses the kernel's CPU accounting of a process with its children, and of a container's cgroup. Pure.

/** Milliseconds per tick in /proc: USER_HZ is 100 on every Linux that Node supports. */
const TICK = 10;

/**
 * CPU milliseconds of a process and its waited-for descendants, from utime, stime, cutime and cstime in its
 * /proc/<pid>/stat (proc(5)). Throws if `stat` isn't such a line.
 */
export function processTreeTime(stat: string): number {
  // The process name in the second field may contain spaces and parentheses: split after the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).map(Number);
  if (ticks.length < 4 || ticks.some(Number.isNaN))
    throw new Error(`expected a line of /proc/<pid>/stat, found ${JSON.stringify(stat)}`);
  return ticks.reduce((sum, each) => sum + each, 0) * TICK;
}

/** Finds the CPU accounting file of a cgroup (v1 or v2), given the /proc/<pid>/cgroup of a process in it. */
export function cpuAccountFile(cgroups: string): string {
  const lines = cgroups
    .trim()
    .split("\n")
    .map(line => /^\d+:([^:]*):(.*)$/.exec(line));
  const of = (controller: string) => lines.find(line => line?.[1]?.split(",").includes(controller))?.[2];
  const [one, two] = [of("cpuacct"), of("")];
  if (one !== undefined) return `/sys/fs/cgroup/cpuacct${one}/cpuacct.usage`;
  if (two !== undefined) return `/sys/fs/cgroup${two}/cpu.stat`;
  throw new Error(`no cgroup with CPU accounting in ${JSON.stringify(cgroups)}`);
}

/** CPU milliseconds in such a file: v1 contains only nanoseconds, v2 a line `usage_usec <microseconds>`. */
export function parseCpuAccount(text: string): number {
  const micro = /^usage_usec (\d+)$/m.exec(text)?.[1];
  if (micro !== undefined) return Number(micro) / 1e3;
  if (/^\d+$/.test(text.trim())) return Number(text) / 1e6;
  throw new Error(`no CPU time in cgroup file: ${JSON.stringify(text)}`);
}
