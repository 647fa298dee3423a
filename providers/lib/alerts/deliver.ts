// Delivers spooled alerts: oldest first, at least once, by one process at a time, within a deadline.
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { FormatError, makeFolder, readJson, syncPath, UnreadableError } from "../fs/index.ts";
import { tryLock } from "../lock/index.ts";
import { ChannelError, handOver, isConfigured, type Channel } from "./channel.ts";
import { alert } from "./raise.ts";
import { idsIn, spoolOf, waiting, type Spool } from "./spool.ts";

/** Numbers of alerts. */
export interface Delivery {
  sent: number;
  /** Still spooled. */
  waiting: number;
}

/** Alerts that stay in sent/. */
const KEPT = 200;

/**
 * Delivers every spooled alert to `channel` and moves it to sent/, which keeps the last 200; the rest stays spooled.
 * `bound` is in milliseconds, for all of them together. If another process delivers, or no channel is configured, it
 * only counts. Never throws: failures are logged through `say`, each reason once.
 */
export async function deliver(
  stateDir: string,
  channel: Channel,
  say: (line: string) => void,
  bound = 10_000,
): Promise<Delivery> {
  const until = performance.now() + bound;
  const done: Delivery = { sent: 0, waiting: 0 };
  try {
    const spool = spoolOf(stateDir);
    done.waiting = await waiting(stateDir);
    if (done.waiting === 0 || !isConfigured(channel)) return done;
    const held = await tryLock(spool.lock);
    if (!held) return done;
    try {
      await tellAll(spool, channel, done, until, once(say));
    } finally {
      await held.release();
    }
  } catch (error) {
    say(`alerts: ${(error as Error).message}`);
  }
  return done;
}

/** An alert that the channel rejects or that can't be read doesn't block others. A channel that hangs uses up the deadline. */
async function tellAll(
  spool: Spool,
  channel: Channel,
  done: Delivery,
  until: number,
  say: (line: string) => void,
): Promise<void> {
  await makeFolder(spool.sent);
  let slowest = 0;
  for (const id of await idsIn(spool.path)) {
    const start = performance.now();
    const left = until - start;
    // A delivery that is cut off may have succeeded and would be repeated: none is begun that may take as long as the slowest.
    if (left <= 1.5 * slowest) break;
    try {
      await tell(spool, id, channel, left);
    } catch (error) {
      if (!isOfOne(error)) throw error;
      say(error.message);
      continue;
    } finally {
      slowest = Math.max(slowest, performance.now() - start);
    }
    done.sent++;
    done.waiting--;
  }
  await prune(spool);
}

async function tell(spool: Spool, id: string, channel: Channel, left: number): Promise<void> {
  const [from, to] = [join(spool.path, `${id}.json`), join(spool.sent, `${id}.json`)];
  const spooled = await readJson(from, alert);
  if (!spooled) return;
  await handOver(spooled, channel, left);
  await rename(from, to);
  await syncPath(spool.sent);
  await syncPath(spool.path);
}

function isOfOne(error: unknown): error is Error {
  return error instanceof ChannelError || error instanceof FormatError || error instanceof UnreadableError;
}

async function prune(spool: Spool): Promise<void> {
  for (const id of (await idsIn(spool.sent)).slice(0, -KEPT)) await rm(join(spool.sent, `${id}.json`), { force: true });
}

function once(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return line => {
    if (!said.has(line)) say(line);
    said.add(line);
  };
}
