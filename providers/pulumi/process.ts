// Runs a provider as a process: if its CLI is killed, it finishes its calls and exits. It also saves the compile cache,
// and masks what looks like a secret in its errors.
import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { maskError } from "../lib/diagnostics/index.ts";

/** Milliseconds between two checks whether the CLI is alive. */
const CHECK_INTERVAL = 500;

/** Calls in progress, counted for the process: it serves several providers. */
const calls = { inProgress: 0, watched: false, flushed: false };

/**
 * Wraps a provider's methods so that the process exits once the CLI is dead and no call is in progress. Pulumi starts
 * it in its own process group: after kill -9 of the CLI it would run for ever.
 */
export function surviveParent<T extends object>(provider: T): T {
  // Only in the process that Pulumi starts, not in a spec that loads a provider.
  if (!calls.watched && process.argv[1]?.includes("dynamic-provider")) watch();
  const wrapped = Object.entries(provider).map(([name, method]) => [
    name,
    (...args: unknown[]) => counted(name, () => method.apply(provider, args)),
  ]);
  return Object.fromEntries(wrapped) as T;
}

async function counted(name: string, call: () => Promise<unknown>): Promise<unknown> {
  calls.inProgress += 1;
  try {
    return await call();
  } catch (error) {
    throw maskError(error, []);
  } finally {
    calls.inProgress -= 1;
    // Pulumi kills its processes before Node would write the cache. After one call every module is loaded.
    if (!calls.flushed && name !== "check" && name !== "diff") {
      calls.flushed = true;
      flushCompileCache();
    }
  }
}

function watch(): void {
  calls.watched = true;
  // Ignore EPIPE: the CLI is gone, the work must finish.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const original = ancestors();
  setInterval(() => {
    if (calls.inProgress === 0 && ancestors() !== original) process.exit(0);
  }, CHECK_INTERVAL).unref();
}

/**
 * Ids of the parent and grandparent. The CLI starts a shell that starts this process; if the CLI dies, the shell gets
 * another parent (field 4 of /proc/<pid>/stat).
 */
function ancestors(): string {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]}`;
  } catch {
    return `${process.ppid} gone`;
  }
}
