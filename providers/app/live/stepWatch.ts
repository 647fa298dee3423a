// Watches the step of this process's own operation: a process that hangs may be the one that would have noticed.
import { lockHolder, tryLock } from "../../lib/lock/index.ts";
import { appFolder, readOperation } from "../../lib/state/index.ts";
import { errorMessage, type Log } from "../../lib/text.ts";
import type { WarmAppInputs } from "../inputs.ts";
import { alertStall, STALL_LIMIT, stalledFor, stallWords } from "../stall.ts";

export interface StepWatch {
  /** Call it at the start of each step. */
  start(): void;
  /** Call it when the operation ends. */
  stop(): void;
}

type App = Pick<WarmAppInputs, "stateDir" | "domain" | "recipe">;

/** Raises an alert once a step lasts longer than `limit` ms. Doesn't keep this process alive. */
export function stepWatch(app: App, log: Log, limit = STALL_LIMIT): StepWatch {
  let timer: NodeJS.Timeout | undefined;
  let isChecking = false;
  const stop = () => clearInterval(timer);
  const check = async () => {
    if (isChecking) return;
    isChecking = true;
    try {
      if (await alertOwn(app, log, limit)) stop();
    } catch (error) {
      log(`${app.recipe}: can't tell whether a step stands still: ${errorMessage(error)}`);
    }
    isChecking = false;
  };
  return {
    start() {
      stop();
      timer = setInterval(() => void check(), limit / 10).unref();
    },
    stop,
  };
}

/** Returns whether it raised the alert. */
async function alertOwn(app: App, log: Log, limit: number): Promise<boolean> {
  const folder = appFolder(app.stateDir, app.domain);
  const [operation, holder] = [await readOperation(folder), await lockHolder(folder.lock)];
  const ms = operation && holder && stalledFor(operation, holder, Date.now(), limit);
  if (ms === undefined || holder?.pid !== process.pid) return false;
  // An operation that was left open is another process's to finish.
  const free = await tryLock(folder.lock);
  if (free) return free.release().then(() => false);
  const words = `${holder.words} ${stallWords(operation, ms)}`;
  log(`${app.recipe}: ${words}`);
  await alertStall(app, { operation, holder, words }, log);
  return true;
}
