// Delivers spooled alerts: oldest first, at least once, by one process at a time, within a deadline.
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { FormatError, makeFolder, readJson, syncPath, UnreadableError } from "../fs/index.ts";
import { tryLock } from "../lock/index.ts";
import { monotonicNow } from "../time/index.ts";
import type { Log } from "../text.ts";
import { type Channel, isConfigured, sendAlert } from "./channel.ts";
import { ChannelError } from "./errors.ts";
import { alert } from "./raise.ts";
import { idsIn, spoolOf, waiting, type Spool } from "./spool.ts";

/** Counts of alerts. */
interface Delivery {
  sent: number;
  /** Still spooled. */
  waiting: number;
}

/** Alerts kept in sent/. */
const MAX_SENT = 200;

/**
 * Delivers every spooled alert to `channel` and moves it to sent/, which keeps the last 200. Alerts that weren't
 * accepted stay spooled. `limit`: milliseconds for all of them together. Only counts if another process delivers or no
 * channel is configured. Never throws: logs failures, each reason once.
 */
export async function deliver(stateDir: string, channel: Channel, log: Log, limit = 10_000): Promise<Delivery> {
  const until = monotonicNow() + limit;
  const done: Delivery = { sent: 0, waiting: 0 };
  try {
    const spool = spoolOf(stateDir);
    done.waiting = await waiting(stateDir);
    if (done.waiting === 0 || !isConfigured(channel)) return done;
    const held = await tryLock(spool.lock);
    if (!held) return done;
    try {
      await sendAll(spool, channel, done, until, onlyOnce(log));
    } finally {
      await held.release();
    }
  } catch (error) {
    log(`alerts: ${(error as Error).message}`);
  }
  return done;
}

/** A rejected or unreadable alert doesn't block others. A channel that hangs uses up the limit. */
async function sendAll(spool: Spool, channel: Channel, done: Delivery, until: number, log: Log): Promise<void> {
  await makeFolder(spool.sent);
  let slowest = 0;
  for (const id of await idsIn(spool.path)) {
    const start = monotonicNow();
    const remaining = until - start;
    // An interrupted delivery may have succeeded and would be repeated: begin none that may exceed the limit.
    if (remaining <= 1.5 * slowest) break;
    try {
      await sendOne(spool, id, channel, remaining);
    } catch (error) {
      if (!concernsOneAlert(error)) throw error;
      log(error.message);
      continue;
    } finally {
      slowest = Math.max(slowest, monotonicNow() - start);
    }
    done.sent++;
    done.waiting--;
  }
  await prune(spool);
}

async function sendOne(spool: Spool, id: string, channel: Channel, limit: number): Promise<void> {
  const [from, to] = [join(spool.path, `${id}.json`), join(spool.sent, `${id}.json`)];
  const spooled = await readJson(from, alert);
  if (!spooled) return;
  await sendAlert(spooled, channel, limit);
  await rename(from, to);
  await syncPath(spool.sent);
  await syncPath(spool.path);
}

function concernsOneAlert(error: unknown): error is Error {
  return error instanceof ChannelError || error instanceof FormatError || error instanceof UnreadableError;
}

async function prune(spool: Spool): Promise<void> {
  const oldest = (await idsIn(spool.sent)).slice(0, -MAX_SENT);
  for (const id of oldest) await rm(join(spool.sent, `${id}.json`), { force: true });
}

function onlyOnce(log: Log): Log {
  const logged = new Set<string>();
  return line => {
    if (!logged.has(line)) log(line);
    logged.add(line);
  };
}
