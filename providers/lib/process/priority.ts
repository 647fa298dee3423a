// Lowers the CPU priority of other programs: Keycloak and the ingress must answer while hearth works.
import { getPriority, setPriority } from "node:os";

/** nice(1) value of pulumi, abra and git. hearth keeps its own: it couldn't restore the priority of a run's command. */
const NICE = 10;

/** Lowers the priority of the process `pid`, and of the children that it starts from now on. */
export function yieldCpu(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.max(NICE, getPriority(pid)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SYSTEM_ERROR") throw error; // it has exited already
  }
}
