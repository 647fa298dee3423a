// Measures CPU time of this process with its children, of Keycloak with its database, and of the machine.
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { containerOf } from "../../providers/lib/docker/container.ts";
import { accountOf, accountTime, treeTime } from "./cpu.ts";
import { program } from "./program.ts";

/** Milliseconds of CPU time. */
export interface Used {
  /** Of this process and its children that have ended. */
  readonly own: number;
  /** Of Keycloak's and its database's containers. */
  readonly keycloak: number;
  /** Of the whole machine, including the others. */
  readonly machine: number;
}

export interface Meter {
  /** The time used while `work` ran. */
  readonly during: <T>(work: () => Promise<T>) => Promise<{ readonly result: T; readonly used: Used }>;
}

/** For the running containers of `stack`. Throws NoContainerError, and if the kernel has no CPU account of them. */
export async function meterOf(stack: string): Promise<Meter> {
  const accounts: string[] = [];
  for (const service of ["app", "db"]) {
    const pid = await program(
      "docker",
      ["inspect", "--format", "{{.State.Pid}}", await containerOf(stack, service)],
      `look at a container of ${service}`,
    );
    accounts.push(accountOf(await readFile(`/proc/${pid}/cgroup`, "utf8")));
  }
  const now = async (): Promise<Used> => {
    const times = await Promise.all(accounts.map(async file => accountTime(await readFile(file, "utf8"))));
    return { own: treeTime(await readFile("/proc/self/stat", "utf8")), keycloak: sum(times), machine: busy() };
  };
  return {
    during: async work => {
      const before = await now();
      const result = await work();
      const after = await now();
      const since = (key: keyof Used) => after[key] - before[key];
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
