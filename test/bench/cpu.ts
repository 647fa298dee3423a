// CPU time as the kernel accounts for it: of a process with its children, and of a container's cgroup. Pure.

/** A tick of /proc: USER_HZ is 100 on every Linux that Node runs on. */
const TICK = 10;

/**
 * Milliseconds that a process and the children that it waited for used, by its /proc/<pid>/stat: utime, stime, cutime, cstime (proc(5)).
 * Theirs count in turn what they waited for. Throws for what is no such line.
 */
export function treeTime(stat: string): number {
  // The name in the second field may hold anything, spaces and brackets too: the third follows the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).map(Number);
  if (ticks.length < 4 || ticks.some(Number.isNaN))
    throw new Error(`no line of /proc/<pid>/stat: ${JSON.stringify(stat)}`);
  return ticks.reduce((sum, each) => sum + each, 0) * TICK;
}

/** The file in which the kernel accounts for a cgroup's CPU time, by the /proc/<pid>/cgroup of a process in it; version 1 or 2. */
export function accountOf(cgroups: string): string {
  const lines = cgroups
    .trim()
    .split("\n")
    .map(line => /^\d+:([^:]*):(.*)$/.exec(line));
  const of = (controller: string) => lines.find(line => line?.[1]?.split(",").includes(controller))?.[2];
  const [one, two] = [of("cpuacct"), of("")];
  if (one !== undefined) return `/sys/fs/cgroup/cpuacct${one}/cpuacct.usage`;
  if (two !== undefined) return `/sys/fs/cgroup${two}/cpu.stat`;
  throw new Error(`no cgroup that accounts for CPU time: ${JSON.stringify(cgroups)}`);
}

/** Milliseconds in such a file: version 1 has nanoseconds alone, version 2 a line `usage_usec <microseconds>`. */
export function accountTime(text: string): number {
  const micro = /^usage_usec (\d+)$/m.exec(text)?.[1];
  if (micro !== undefined) return Number(micro) / 1e3;
  if (/^\d+$/.test(text.trim())) return Number(text) / 1e6;
  throw new Error(`no CPU time of a cgroup: ${JSON.stringify(text)}`);
}
