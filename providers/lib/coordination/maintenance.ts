// A kept app's way to its upgrade: maintenance first, so that no run begins any more; then the runs that live are waited for.
import { isSame } from "../process/identity.ts";
import {
  FOREIGN,
  foreign,
  isLease,
  isMaintenance,
  MAINTENANCE,
  type Board,
  type BoardWorld,
  type Entry,
  type LeaseNote,
  type MaintenanceNote,
} from "./coordinationStore.ts";
import { holder, isLive } from "./liveness.ts";

export type Work = Pick<MaintenanceNote, "app" | "domain" | "what" | "owner" | "stateDir">;

/** The app is in use past the limit; maintenance is taken away again, and nothing has changed. */
export class InUseError extends Error {
  override readonly name = "InUseError";
}

/** Milliseconds that a kept app waits for runs to end. */
export const DRAIN = 30 * 60_000;

const PAUSE = 1_000;

/** Resolves with maintenance up and no living lease on the app. Throws InUseError after `limit` ms, with maintenance taken away. */
export async function drain(world: BoardWorld, work: Work, limit = DRAIN): Promise<void> {
  const start = world.now();
  let told = "";
  try {
    for (; ; await world.sleep(PAUSE)) {
      const why = (await claim(world, work)) ?? (await inUse(world, work));
      if (why === undefined) return;
      if (world.now() - start >= limit)
        throw new InUseError(`still in use after ${Math.round(limit / 60_000)} minutes: ${why}`);
      if (told !== why) world.say(`waiting: ${why}`);
      told = why;
    }
  } catch (error) {
    await giveBack(world.board, work);
    throw error;
  }
}

/** Maintenance up as this process's, without waiting for anybody; else why it can't be: undefined is success. Re-entrant. */
export async function claim(world: BoardWorld, work: Work): Promise<string | undefined> {
  const note: MaintenanceNote = { format: 1, kind: "maintenance", ...work, since: new Date(world.now()).toISOString() };
  for (let tries = 1; ; tries++) {
    if (await world.board.put(MAINTENANCE, note)) return undefined;
    const there = (await world.board.all()).find(isMaintenance);
    if (!there && tries === FOREIGN) throw new Error(foreign(MAINTENANCE));
    if (!there) continue; // gone between the two calls
    const { owner, app, what, since, domain, over } = there.note;
    if (over) {
      await world.board.remove(there);
      continue;
    }
    const own = isSame(owner, work.owner);
    if (own && domain === work.domain) return undefined;
    const free =
      own || ((await world.life(owner)) === "dead" && (domain === work.domain || (await world.isLeftOver(there.note))));
    if (!free) return `${app} is in maintenance (${what}) since ${since}, by pid ${owner.pid} on ${owner.host}`;
    if (await world.board.rewrite(there, note)) return undefined;
  }
}

/** Takes the app's maintenance off the board, if it is this process's. Absent is success. */
export async function giveBack(board: Board, { domain, owner }: Pick<Work, "domain" | "owner">): Promise<void> {
  const there = (await board.all()).find(isMaintenance);
  if (there && there.note.domain === domain && isSame(there.note.owner, owner)) await board.remove(there);
}

/** For whom it waits, and since when; undefined: for nobody. */
async function inUse({ board, life, now }: BoardWorld, { app }: Work): Promise<string | undefined> {
  const leases = (await board.all())
    .filter(isLease)
    .filter(({ note }) => app !== "keycloak" || note.keycloak === "warm");
  const living = await Promise.all(leases.map(each => isLive(each.note, now(), life)));
  const users = leases.filter((_, at) => living[at]).toSorted(bySince);
  if (users.length === 0) return undefined;
  return `in use by ${users.map(({ note }) => `${note.run} (since ${note.since}, ${holder(note)})`).join(", ")}`;
}

const bySince = (a: Entry<LeaseNote>, b: Entry<LeaseNote>): number => a.note.since.localeCompare(b.note.since);
