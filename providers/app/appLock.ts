// The lock of a warm app: one process at a time changes it.
import { type Lock, LockedError, lockHolder, withLock } from "../lib/lock/index.ts";
import { appFolder, type AppFolder, readOperation } from "../lib/state/index.ts";
import type { Log } from "../lib/text.ts";
import { requireOwnSwarm } from "./appSwarm.ts";
import type { WarmAppInputs } from "./inputs.ts";
import { alertStall, StalledError, stalledFor, stallWords } from "./stall.ts";

/** Milliseconds to wait for the lock unless stated otherwise: as long as an upgrade may take. */
const UPGRADE_WAIT = 3_600_000;

/**
 * Calls `work` while this process holds the app's lock. After `wait` ms (default: an hour) throws LockedError, or
 * StalledError with an alert if the holder stands still; the reason of `signal` if that aborts the wait;
 * WrongSwarmError if the app's files belong to another swarm.
 */
export async function withAppLock<T>(
  app: Pick<WarmAppInputs, "stateDir" | "domain" | "recipe">,
  log: Log,
  work: (lock: Lock) => Promise<T>,
  wait = UPGRADE_WAIT,
  signal?: AbortSignal,
): Promise<T> {
  const folder = appFolder(app.stateDir, app.domain);
  const onOwnSwarm = async (lock: Lock) => {
    await requireOwnSwarm(app);
    return work(lock);
  };
  try {
    const onWait = () => void logHolder(folder, app.recipe, log);
    return await withLock(folder.lock, onOwnSwarm, { wait, signal, onWait });
  } catch (error) {
    const isOurs = error instanceof LockedError && error.path === folder.lock;
    throw (isOurs && (await stallError(app, folder, log, error))) || error;
  }
}

async function stallError(
  app: Pick<WarmAppInputs, "stateDir" | "domain" | "recipe">,
  folder: AppFolder,
  log: Log,
  cause: LockedError,
): Promise<StalledError | undefined> {
  const holder = await lockHolder(folder.lock);
  const operation = await readOperation(folder).catch(() => undefined);
  const ms = holder && stalledFor(operation, holder, Date.now());
  if (!holder || ms === undefined) return undefined;
  const words = `${holder.words} ${stallWords(operation, ms)}`;
  await alertStall(app, { operation, holder, words }, log);
  return new StalledError(`${app.recipe}: ${words}: see what it waits for, or kill ${holder.pid}`, { cause });
}

/** Logs who holds the lock, its operation, and since when, if the journal records one. */
async function logHolder(folder: AppFolder, recipe: string, log: Log): Promise<void> {
  const operation = await readOperation(folder).catch(() => undefined);
  const waiting = `${recipe}: waiting for another hearth process`;
  if (!operation) return log(waiting);
  const { holder, step, from, to, startedAt } = operation;
  log(`${waiting}: pid ${holder.pid} on ${holder.host}, at ${step} of ${from} → ${to} since ${startedAt}`);
}
