// Delivers one alert to the configured channel: a command's standard input, or a webhook.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { mask } from "../diagnostics/index.ts";
import type { Alert } from "./raise.ts";

export const channel = z
  .strictObject({
    /** argv of a program that reads the alert as JSON from standard input and exits 0 once it has it. */
    command: z.tuple([z.string()], z.string()).optional(),
    /** URL to which the alert is posted as JSON; any 2xx accepts it. Usually a secret: never logged. */
    webhook: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine(
    ({ command, webhook }) => command === undefined || webhook === undefined,
    "is a command or a webhook, not both",
  );

export type Channel = z.infer<typeof channel>;

export type ChannelErrorKind = "timed out" | "failed";

/** The channel didn't accept an alert. */
export class ChannelError extends Error {
  override readonly name = "ChannelError";
  readonly kind: ChannelErrorKind;

  constructor(kind: ChannelErrorKind, why: string, cause?: unknown) {
    super(`alert channel: ${why}`, { cause });
    this.kind = kind;
  }
}

/** Whether a channel is configured. */
export function isConfigured({ command, webhook }: Channel): boolean {
  return command !== undefined || webhook !== undefined;
}

/** Resolves once the channel has accepted `alert`. Throws ChannelError, after `bound` milliseconds at the latest. */
export async function handOver(alert: Alert, { command, webhook }: Channel, bound: number): Promise<void> {
  const text = JSON.stringify(alert);
  if (command !== undefined) await toCommand(text, command, bound);
  else if (webhook !== undefined) await toWebhook(text, webhook, bound);
  else throw new ChannelError("failed", "none is configured");
}

async function toCommand(text: string, [program, ...argv]: [string, ...string[]], bound: number): Promise<void> {
  // Its own process group, so that its children end with it at the deadline.
  const child = spawn(program, argv, { stdio: ["pipe", "ignore", "pipe"], detached: true });
  let stderr = "";
  child.stderr.on("data", chunk => (stderr = `${stderr}${String(chunk)}`.slice(-4_000)));
  // A program that doesn't read its input reports by its exit code whether that is a failure.
  child.stdin.on("error", () => undefined);
  child.stdin.end(text);
  const late = new AbortController();
  try {
    const code = await Promise.race([ending(child), sleep(bound, "late" as const, { signal: late.signal })]);
    if (code === "late") {
      endGroup(child.pid);
      throw new ChannelError("timed out", `${program} took longer than ${seconds(bound)}, and was ended`);
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
function ending(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
}

function endGroup(pid: number | undefined): void {
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

async function toWebhook(text: string, webhook: string, bound: number): Promise<void> {
  try {
    const response = await fetch(webhook, {
      method: "POST",
      body: text,
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(Math.ceil(bound)),
    });
    await response.body?.cancel();
    if (!response.ok) throw new ChannelError("failed", `the webhook answered ${response.status}`);
  } catch (error) {
    if (error instanceof ChannelError) throw error;
    if ((error as Error).name === "TimeoutError")
      throw new ChannelError("timed out", `the webhook took longer than ${seconds(bound)}`);
    // The code says why. The message may contain the URL, so it isn't kept as a cause either.
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    throw new ChannelError("failed", `the webhook can't be reached (${code ?? (error as Error).name})`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
