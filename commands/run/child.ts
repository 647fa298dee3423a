// Runs a run's command in the caller's folder and terminal, and forwards signals.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { asError } from "../common/errors.ts";

/** Milliseconds between a signal to the command and SIGKILL. */
const GRACE = 10_000;

/** The command's exit code; 128 + number if a signal ended it; 126 or 127 if it can't be executed, as env(1). */
export async function runCommand(
  command: readonly string[],
  env: Record<string, string>,
  interrupted: AbortSignal,
): Promise<number> {
  const [program = "", ...argv] = command;
  let child: ChildProcess;
  try {
    child = spawn(program, argv, { stdio: "inherit", env });
  } catch (error) {
    // Node throws what it doesn't emit, such as E2BIG and ENOMEM.
    console.error(`hearth: ${program}: ${asError(error).message}`);
    return 126;
  }
  let killer: NodeJS.Timeout | undefined;
  const forward = () => {
    const signal = interrupted.reason as NodeJS.Signals;
    // The terminal has sent Ctrl-C to the whole process group already.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    killer = setTimeout(() => child.kill("SIGKILL"), GRACE);
  };
  if (interrupted.aborted) forward();
  else interrupted.addEventListener("abort", forward, { once: true });
  return new Promise(resolve => {
    const end = (code: number) => {
      clearTimeout(killer);
      interrupted.removeEventListener("abort", forward);
      resolve(code);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      console.error(`hearth: ${program}: ${error.code === "ENOENT" ? "command not found" : error.message}`);
      end(error.code === "ENOENT" ? 127 : 126);
    });
    child.once("close", (code, signal) => end(code ?? 128 + constants.signals[signal!]));
  });
}
