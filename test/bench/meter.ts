// Measures CPU time of this process with its children, of Keycloak with its database, and of the machine.
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { containerOf } from "../../providers/lib/docker/container.ts";
import { cpuAccountFile, parseCpuAccount, processTreeTime } from "./cpu.ts";
import { runProgram } from "./program.ts";

/** Milliseconds of CPU time. */
export interface CpuUsage {
  /** This process and its exited descendants. */
  readonly own: number;
  /** All processes in the containers of Keycloak and its database. */
  readonly keycloak: number;
  /** All processes on the machine, including the above. */
  readonly machine: number;
}

export interface Meter {
  /** CPU time used while `work` runs. */
  readonly during: <T>(work: () => Promise<T>) => Promise<{ readonly result: T; readonly used: CpuUsage }>;
}

/** Meters the current Keycloak containers of `stack`. Throws NoContainerError, or if there is no CPU accounting. */
export async function meterOf(stack: string): Promise<Meter> {
  const accounts: string[] = [];
  for (const service of ["app", "db"]) {
    const pid = await runProgram(
      "docker",
      ["inspect", "--format", "{{.State.Pid}}", await containerOf(stack, service)],
      `inspect the container of ${service}`,
    );
    accounts.push(cpuAccountFile(await readFile(`/proc/${pid}/cgroup`, "utf8")));
  }
  const now = async (): Promise<CpuUsage> => {
    const times = await Promise.all(accounts.map(async file => parseCpuAccount(await readFile(file, "utf8"))));
    return { own: processTreeTime(await readFile("/proc/self/stat", "utf8")), keycloak: sum(times), machine: busy() };
  };
  return {
    during: async work => {
      const before = await now();
      const result = await work();
      const after = await now();
      const since = (key: keyof CpuUsage) => after[key] - before[key];
      return { result, used: { own: since("own"), keycloak: since("keycloak"), machine: since("machine") } };
    },
  };
}

function busy(): number {
  return sum(cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq));
}

function sum(times: readonly number[]): number {
  return times.reduce((all, each) => all + each, 0);
}
