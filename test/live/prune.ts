// Prunes the lab's engine, as a cron job of a host does.
import { setTimeout as sleep } from "node:timers/promises";
import { call, must } from "./host.ts";

/** Containers, then volumes. */
async function pruneVolumes(): Promise<void> {
  await must("docker", "container", "prune", "--force");
  // Engines from 23.0 on take named volumes only with --all, which older ones don't know.
  const all = await call("docker", ["volume", "prune", "--all", "--force"]);
  if (all.exitCode !== 0) await must("docker", "volume", "prune", "--force");
}

/** Containers, volumes, all images, then everything once more at once. */
export async function pruneHost(): Promise<void> {
  await pruneVolumes();
  await must("docker", "image", "prune", "--all", "--force");
  await must("docker", "system", "prune", "--all", "--volumes", "--force");
}

/** Prunes containers and volumes again and again until `work` has ended. Returns its result. */
export async function whilePruned<T>(work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const pruning = pruneUntil(over.signal);
  const result = await work().finally(() => over.abort());
  const passes = await pruning;
  if (passes < 10) throw new Error(`the host was pruned only ${passes} times meanwhile`);
  return result;
}

/** Returns how often it pruned. */
async function pruneUntil(over: AbortSignal): Promise<number> {
  let passes = 0;
  for (; !over.aborted; await sleep(500)) {
    await pruneVolumes();
    passes += 1;
  }
  return passes;
}
