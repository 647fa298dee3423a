// The one file that spawns `pulumi`: in its own process group, so that Ctrl-C reaches hearth and doesn't interrupt
// Pulumi.
import { spawn } from "node:child_process";
import { withLowPriority } from "../../providers/lib/process/index.ts";
import { requirePulumi } from "../../stacks/pulumiVersion.ts";
import { asError, NotYourRecipeError } from "../common/errors.ts";
import { project } from "../common/project.ts";
import { compileCache, compileCacheEnv } from "./compileCache.ts";

export interface PulumiDone {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams, in order of arrival. */
  readonly all: string;
}

export interface PulumiOptions {
  /** Copies its output to stderr. Default: no. */
  readonly show?: boolean;
  /** On abort sends one SIGINT: Pulumi finishes what has begun, then stops. */
  readonly signal?: AbortSignal;
  /** More variables for Pulumi and its program. */
  readonly env?: Readonly<Record<string, string>>;
}

/** For every call: no update check, no backups of a state that lives for minutes, compiled code cached. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...compileCacheEnv(compileCache("compiled", process.env), process.env),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  };
}

/** Runs pulumi to its end, whatever its exit code. Throws NotYourRecipeError if pulumi is not found or too old. */
export async function pulumi(
  argv: readonly string[],
  { show = false, signal, env = {} }: PulumiOptions = {},
): Promise<PulumiDone> {
  const wasAborted = signal?.aborted;
  const isInstalled = await requirePulumi().catch(error => {
    throw new NotYourRecipeError(asError(error).message, { cause: error });
  });
  if (!isInstalled) throw new NotYourRecipeError("pulumi not found on PATH: install the Pulumi CLI");
  const [program, niceArgv] = withLowPriority("pulumi", argv);
  const child = spawn(program, niceArgv, {
    cwd: project,
    env: { ...environment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stop = () => child.kill("SIGINT");
  if (signal?.aborted && !wasAborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  let stdout = "";
  let all = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    all += text;
    if (show) process.stderr.write(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    all += text;
    if (show) process.stderr.write(text);
  });
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve(code ?? (by === "SIGINT" ? 130 : 137)));
    });
    return { exitCode, stdout, all };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Why Pulumi failed: its last `error:` line that names a cause. */
export function reason({ all, exitCode }: PulumiDone): string {
  const lines = all.split("\n").map(line => line.trim());
  const errors = lines.filter(line => /\berror: /.test(line)).map(line => line.replace(/^.*?\berror: /, ""));
  const detail = lines.findLast(line => line.startsWith("* "))?.slice(2);
  return (
    detail ??
    errors.findLast(line => !/^(update failed|destroy failed|\d+ errors? occurred)/.test(line)) ??
    `pulumi ended with ${exitCode}`
  );
}
