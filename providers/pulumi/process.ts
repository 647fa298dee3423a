// A provider as a process: one whose CLI was killed finishes what it does, and exits; what was compiled is kept for the next.
import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";

/** Milliseconds between two looks whether the CLI lives. */
const EVERY = 500;

/** One process holds several providers, and ends for all of them at once: what is under way is counted for the process. */
const calls = { underWay: 0, watched: false, flushed: false };

/**
 * Wraps a provider's methods so that the process ends once the CLI has gone and no call is under way. Pulumi gives it a process
 * group of its own: kill -9 of the CLI leaves it running, and by itself it may never exit.
 */
export function surviveParent<T extends object>(provider: T): T {
  // Only in the process that Pulumi starts: a spec that loads a provider ends by itself.
  if (!calls.watched && process.argv[1]?.includes("dynamic-provider")) watch();
  const wrapped = Object.entries(provider).map(([name, method]) => [
    name,
    (...args: unknown[]) => counted(name, () => method.apply(provider, args)),
  ]);
  return Object.fromEntries(wrapped) as T;
}

async function counted(name: string, call: () => Promise<unknown>): Promise<unknown> {
  calls.underWay += 1;
  try {
    return await call();
  } finally {
    calls.underWay -= 1;
    // Pulumi ends its processes before Node would write the cache by itself; by the end of a call all is loaded that it needs.
    if (!calls.flushed && name !== "check" && name !== "diff") {
      calls.flushed = true;
      flushCompileCache();
    }
  }
}

function watch(): void {
  calls.watched = true;
  // Nobody reads what is said any more; that must not end what is being done.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const line = ancestors();
  setInterval(() => {
    if (calls.underWay === 0 && ancestors() !== line) process.exit(0);
  }, EVERY).unref();
}

/** The CLI starts a shell that starts us: with the CLI gone, the shell has another parent. Field 4 of /proc/<pid>/stat. */
function ancestors(): string {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]}`;
  } catch {
    return `${process.ppid} gone`;
  }
}
