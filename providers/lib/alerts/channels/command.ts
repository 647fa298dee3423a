// The channel `command`: runs a program that reads the alert as JSON from standard input.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { mask } from "../../diagnostics/index.ts";
import { inSeconds } from "../../time/index.ts";
import { ChannelError } from "../errors.ts";

/** argv. Exit code 0 accepts the alert. */
export const commandSetting = z.tuple([z.string()], z.string());

/** Resolves once the program has accepted `text`. Throws ChannelError, after `limit` milliseconds at the latest. */
export async function sendToCommand(
  text: string,
  [program, ...argv]: z.infer<typeof commandSetting>,
  limit: number,
): Promise<void> {
  // Its own process group, so that its children end with it at the limit.
  const child = spawn(program, argv, { stdio: ["pipe", "ignore", "pipe"], detached: true });
  let stderr = "";
  child.stderr.on("data", chunk => (stderr = `${stderr}${String(chunk)}`.slice(-4_000)));
  // A program that doesn't read its input reports by its exit code whether that is a failure.
  child.stdin.on("error", () => undefined);
  child.stdin.end(text);
  const late = new AbortController();
  try {
    const code = await Promise.race([exitOf(child), sleep(limit, "late" as const, { signal: late.signal })]);
    if (code === "late") {
      killGroup(child.pid);
      throw new ChannelError("timed out", `${program} took longer than ${inSeconds(limit)} and was killed`);
    }
    if (code === 0) return;
    // Its last output may still arrive; a grandchild that holds the pipe must not block.
    await Promise.race([once(child.stderr, "close"), sleep(100)]);
    throw new ChannelError(
      "failed",
      `${program}: ${code === null ? "ended by a signal" : `exit ${code}`}${lastLine(stderr)}`,
    );
  } catch (error) {
    if (error instanceof ChannelError) throw error;
    throw new ChannelError("failed", `${program}: ${(error as Error).message}`, error);
  } finally {
    late.abort();
    child.stdin.destroy();
    child.stderr.destroy();
    child.unref();
  }
}

/** The exit of the program alone: `close` would wait for every process that inherited its pipes. */
function exitOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split("\n").at(-1)!;
  return line === "" ? "" : `: ${mask(line, [])}`;
}
