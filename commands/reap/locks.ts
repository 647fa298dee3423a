// The locks of a run: every process that works on it holds one, also a provider that outlived its CLI.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ignoreAbsent } from "../../providers/lib/fs/index.ts";
import { type Lock, LockedError, tryLock } from "../../providers/lib/lock/index.ts";
import { monotonicNow } from "../../providers/lib/time/index.ts";

export interface TakenLocks {
  release(): Promise<void>;
}

/** Takes every lock in `folder` once all are free. Throws LockedError at `until` (as monotonicNow), holding none. */
export async function takeLocks(folder: string, until: number): Promise<TakenLocks> {
  const start = monotonicNow();
  const held: Lock[] = [];
  const release = async () => void (await Promise.all(held.splice(0).map(lock => lock.release())));
  try {
    for (const name of ((await readdir(folder).catch(ignoreAbsent)) ?? []).filter(each => each.endsWith(".lock"))) {
      const path = join(folder, name);
      for (let lock = await tryLock(path); ; lock = await tryLock(path)) {
        if (lock) {
          held.push(lock);
          break;
        }
        if (monotonicNow() >= until) throw new LockedError(path, monotonicNow() - start);
        await sleep(200);
      }
    }
    return { release };
  } catch (error) {
    await release();
    throw error;
  }
}
