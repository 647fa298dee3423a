// Reads a stack's tasks and logs, for diagnostics. Never throws: a failure becomes the text.
import { docker } from "./docker.ts";
import type { ProgramError } from "../process/index.ts";

/** Every task that Swarm lists, as a table. */
export async function tasksText(stack: string): Promise<string> {
  return docker(["stack", "ps", "--no-trunc", stack], `list the tasks of ${stack}`).then(
    done => `${done.stdout}\n`,
    (error: ProgramError) => `${error.message}\n`,
  );
}

/** The last `lines` lines of a service's log. */
export async function logText(stack: string, service: string, lines = 500): Promise<string> {
  const argv = ["service", "logs", "--timestamps", "--raw", "--tail", String(lines), `${stack}_${service}`];
  return docker(argv, `read the log of ${service}`, { timeout: 20_000 }).then(
    done => `${done.stdout}\n${done.stderr}`,
    (error: ProgramError) => `${error.message}\n`,
  );
}
