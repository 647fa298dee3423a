// Compares what Traefik's hosts answer before and after its upgrade. A host counts only while its own app's tasks run:
// an app that crashes by itself proves nothing against Traefik.
import { setTimeout as sleep } from "node:timers/promises";
import { type AppTask, type RoutedHost, routedHosts, type RoutedHosts } from "../../lib/docker/index.ts";
import type { Log } from "../../lib/text.ts";
import { statusOf, statusText } from "./status.ts";

/** What a watch needs of its host; specs replace it. */
export interface HostWatchOptions {
  readonly list?: () => Promise<RoutedHosts>;
  /** The status of the host's `/`; undefined: no answer. */
  readonly ask?: (host: string) => Promise<number | undefined>;
  /** Waits until Swarm's list shows a task that ended just now. */
  readonly settle?: () => Promise<unknown>;
}

/** Milliseconds from the end of a container until Swarm's list of tasks shows it. */
const SETTLE = 1_000;

const live: Required<HostWatchOptions> = {
  list: routedHosts,
  ask: host => statusOf(`https://${host}/`),
  settle: () => sleep(SETTLE),
};

/** The hosts that answer, with their status. Omits those that answer 5xx or nothing, or whose app isn't all there. */
export async function servedHosts(log: Log, options: HostWatchOptions = {}): Promise<Record<string, number>> {
  const { list, ask } = { ...live, ...options };
  const { hosts, unlisted } = await list();
  if (unlisted.length > 0)
    log(
      `traefik: hosts of HostRegexp(…) can't be listed, so none is checked after the upgrade: ${unlisted.join(", ")}`,
    );
  const complete = hosts.filter(({ tasks }) => isComplete(tasks));
  const others = hosts.filter(host => !complete.includes(host)).map(({ name }) => name);
  if (others.length > 0)
    log(`traefik: not compared after the upgrade, a task of their app doesn't run: ${others.join(", ")}`);
  const statuses = await Promise.all(complete.map(async ({ name }) => [name, await ask(name)] as const));
  return Object.fromEntries(
    statuses.filter((entry): entry is [string, number] => entry[1] !== undefined && entry[1] < 500),
  );
}

/**
 * Returns a function to call at each look of one gate: the first host that answers worse than `before`, in words. A
 * host whose app lost a task since the first look no longer counts: its present tasks may crash as well.
 */
export function hostWatch(
  before: Readonly<Record<string, number>>,
  log: Log,
  options: HostWatchOptions = {},
): () => Promise<string | undefined> {
  const { list, ask, settle } = { ...live, ...options };
  const entries = Object.entries(before);
  /** Ids of the tasks that ran when all of a host's tasks ran first, by host. */
  const own = new Map<string, readonly string[]>();
  const lost = new Set<string>();

  const counts = ({ name, tasks }: RoutedHost): boolean => {
    const known = own.get(name);
    if (known && !stillRuns(known, tasks) && !lost.has(name)) {
      lost.add(name);
      log(`traefik: ${name} isn't compared any more: a task of its app ended during the check`);
    }
    if (lost.has(name) || !isComplete(tasks)) return false;
    if (!known) own.set(name, runningIds(tasks));
    return true;
  };
  /** Those of the watched hosts that count; a host that isn't declared any more doesn't: its app was removed. */
  const counted = async () => {
    const { hosts } = await list();
    const watched = hosts.filter(({ name }) => Object.hasOwn(before, name));
    return new Set(watched.filter(counts).map(({ name }) => name));
  };
  const isWorse = async (host: string, was: number) => {
    const status = await ask(host);
    const worse = status === undefined || status >= 500 || (status === 404 && was !== 404);
    return worse ? { status } : undefined;
  };

  return async () => {
    if (entries.length === 0) return undefined;
    const first = await counted();
    for (const [host, was] of entries) {
      if (!first.has(host) || !(await isWorse(host, was))) continue;
      await settle();
      if (!(await counted()).has(host)) continue;
      const worse = await isWorse(host, was);
      if (worse)
        return `${host} answers ${statusText(worse.status)}; before the upgrade it answered ${statusText(was)}`;
    }
    return undefined;
  };
}

/** Whether every task that Swarm wants runs, or has succeeded. */
function isComplete(tasks: readonly AppTask[]): boolean {
  return (
    tasks.filter(({ desired }) => desired === "running" || desired === "ready").every(isAlive) && tasks.some(isAlive)
  );
}

/** Whether all tasks `known` run, or ended with success as jobs do: Swarm replaces neither. */
function stillRuns(known: readonly string[], tasks: readonly AppTask[]): boolean {
  const alive = new Map(tasks.filter(isAlive).map(({ id, state }) => [id, state]));
  const hasEnded = known.some(id => alive.get(id) === "complete");
  const isReplaced = tasks.some(({ id, desired }) => !known.includes(id) && desired !== "shutdown");
  return known.every(id => alive.has(id)) && !(hasEnded && isReplaced);
}

/** A job's task that ended with success isn't missed; one that Swarm stops is. */
function isAlive({ state, desired }: AppTask): boolean {
  return state === "complete" || (state === "running" && desired === "running");
}

function runningIds(tasks: readonly AppTask[]): string[] {
  return tasks.flatMap(({ id, state }) => (state === "running" ? [id] : []));
}
