// A run's way in: its lease first, then a look for maintenance; where there is one, the lease comes down again, so that no side waits while it holds what the other waits for.
import { isSame, type Owner } from "../lib/process/identity.ts";
import {
  isLease,
  isMaintenance,
  FOREIGN,
  foreign,
  leaseName,
  leaseOf,
  removeLeftOver,
  type Board,
  type BoardWorld,
  type Entry,
  type LeaseNote,
  type MaintenanceNote,
} from "../lib/coordination/coordinationStore.ts";
import { holder, isLive } from "../lib/coordination/liveness.ts";

export type Kind = LeaseNote["keycloak"];
/** Which Keycloak a run asks for; `none`: its recipe needs no one. */
export type Mode = "auto" | Kind;

/** The kept Keycloak, as a run finds it; `unclear`: its tasks are well, the way to it is not. */
export interface Found {
  readonly state: "up" | "down" | "unclear";
  readonly words: string;
}

export interface Wish {
  /** `<recipe>-<hex>` */
  readonly run: string;
  readonly mode: Mode;
  /** Where the kept Keycloak is deployed. */
  readonly keycloak: string;
  readonly domains: readonly string[];
  /** How many runs may have a Keycloak of their own at once. */
  readonly coldLimit: number;
  readonly owner: Owner | undefined;
  /** Milliseconds from now to the lease's end. */
  readonly lasts: number;
}

/** All that a run looks at and does on its way in. */
export interface EnterWorld extends BoardWorld {
  look(): Promise<Found>;
  /** Brings up at the version it had what is down, under the app's lock, unless somebody just did. Throws where that fails. */
  repair(): Promise<void>;
  /** Bytes of memory that a new process could have. */
  memory(): Promise<number>;
}

/** Milliseconds that a run waits for maintenance to end, and for a place for a Keycloak of its own. */
export const PATIENCE = { maintenance: 10 * 60_000, cold: 15 * 60_000 } as const;

/** Bytes that a Keycloak with its database wants: below, none is started. */
export const MEMORY = 1.5 * 1024 ** 3;

const PAUSE = 1_000;

/** Another run with this identity lives. */
export class TakenError extends Error {
  override readonly name = "TakenError";
}

/** The run doesn't get what it needs, and that isn't its recipe's fault. */
export class NoWayInError extends Error {
  override readonly name = "NoWayInError";
}

/** A wish, and when it was made: by that a timed lease is known again. */
type Try = Wish & Pick<LeaseNote, "since">;

/** Resolves with the lease on the board and the Keycloak that the run gets. Throws TakenError, NoWayInError; then no lease of the run is left. */
export async function enter(world: EnterWorld, asked: Wish): Promise<Kind> {
  const wish: Try = { ...asked, since: new Date(world.now()).toISOString() };
  try {
    return await decide(world, wish, wish.mode === "auto" ? "warm" : wish.mode);
  } catch (error) {
    if (!(error instanceof TakenError)) await withdrawOwn(world.board, wish);
    throw error;
  }
}

/** `tried`: the kept Keycloak was found down, and had its repair. */
async function decide(world: EnterWorld, wish: Try, first: Kind, tried = false): Promise<Kind> {
  const got = await pastMaintenance(world, wish, first);
  if (got === "none") return got;
  if (got === "cold") {
    if (await ownPlace(world, wish)) return got;
    world.say("keycloak is up again: the run takes that one");
    await withdrawOwn(world.board, wish);
    return decide(world, wish, "warm");
  }
  const found = await world.look();
  if (found.state === "up") return got;
  if (found.state === "unclear")
    throw new NoWayInError(
      `keycloak ${found.words}: it runs, but nobody reaches it, nor would they one of the run's own`,
    );
  if (tried && wish.mode === "warm") throw new NoWayInError(`keycloak ${found.words}, and hearth:keycloak says warm`);
  world.say(`keycloak ${found.words}: ${tried ? "the run gets one of its own" : "having it repaired"}`);
  // Who has the app's lock may be waiting for this lease to go.
  await withdrawOwn(world.board, wish);
  if (tried) return decide(world, wish, "cold");
  await world.repair().catch((error: Error) => world.say(`keycloak couldn't be repaired: ${error.message}`));
  return decide(world, wish, "warm", true);
}

/** The lease up, and no maintenance there that concerns it. */
async function pastMaintenance(world: EnterWorld, wish: Try, first: Kind): Promise<Kind> {
  let kind = first;
  let told = "";
  for (const start = world.now(); ; await world.sleep(PAUSE)) {
    // Who was sent away looks before it comes again: leases that go up and down would keep the other side from ever seeing none.
    const still = told === "" ? undefined : await concerning(world, wish, kind);
    if (!still) await put(world, wish, kind);
    const found = still ?? (await concerning(world, wish, kind));
    if (!found) return kind;
    const dead = (await world.life(found.note.owner)) === "dead";
    const over = dead && (found.note.over || (await world.isLeftOver(found.note)));
    if (over) {
      await removeLeftOver(world.board, found);
      if (still) continue;
      return kind; // who took it over meanwhile did so after this lease, and sees it
    }
    if (!still) await withdrawOwn(world.board, wish);
    const { app, what, since, owner } = found.note;
    const maintained = `${app} is in maintenance (${what}) since ${since}, by pid ${owner.pid} on ${owner.host}`;
    const late = world.now() - start >= PATIENCE.maintenance;
    if (dead || late) {
      const why = dead
        ? `${maintained}, which is dead`
        : `${maintained}: not over after ${PATIENCE.maintenance / 60_000} minutes`;
      // A Keycloak of its own helps against nothing but that: everything goes through Traefik.
      if (found.note.domain !== wish.keycloak || wish.mode !== "auto") throw new NoWayInError(why);
      world.say(`${why}; the run gets a Keycloak of its own`);
      kind = "cold";
    } else if (told !== maintained) {
      world.say(`waiting: ${maintained}`);
      told = maintained;
    }
  }
}

/** The maintenance that a run with such a Keycloak has to wait for. */
async function concerning(
  { board }: EnterWorld,
  { keycloak }: Wish,
  kind: Kind,
): Promise<Entry<MaintenanceNote> | undefined> {
  const found = (await board.all()).find(isMaintenance);
  return found?.note.domain === keycloak && kind !== "warm" ? undefined : found;
}

/**
 * Waits until the run's lease is among the first `coldLimit` cold ones and there is memory: the lease is its ticket. False where
 * the kept Keycloak came back meanwhile.
 */
async function ownPlace(world: EnterWorld, wish: Try): Promise<boolean> {
  let told = "";
  for (const start = world.now(); ; await world.sleep(PAUSE)) {
    const before = await coldBefore(world, wish);
    const free = await world.memory();
    if (before.length < wish.coldLimit && free >= MEMORY) return true;
    const why =
      before.length >= wish.coldLimit
        ? wish.coldLimit === 0
          ? "hearth:coldLimit is 0"
          : `${before.map(({ note }) => note.run).join(", ")} ${before.length === 1 ? "has" : "have"} a Keycloak of their own, and hearth:coldLimit is ${wish.coldLimit}`
        : `only ${(free / 1024 ** 3).toFixed(1)} GB of memory are available, and a Keycloak wants ${MEMORY / 1024 ** 3}`;
    if (world.now() - start >= PATIENCE.cold)
      throw new NoWayInError(`no Keycloak of its own after ${PATIENCE.cold / 60_000} minutes: ${why}`);
    if (told !== why) world.say(`waiting: ${why}`);
    told = why;
    if (wish.mode === "auto" && (await isBack(world, wish))) return false;
  }
}

async function isBack({ board, look }: EnterWorld, { keycloak }: Wish): Promise<boolean> {
  const maintained = (await board.all()).some(each => isMaintenance(each) && each.note.domain === keycloak);
  return !maintained && (await look()).state === "up";
}

/** Living cold leases that hang there longer than this run's. */
async function coldBefore({ board, life, now }: EnterWorld, wish: Try): Promise<Entry<LeaseNote>[]> {
  const cold = (await board.all()).filter(isLease).filter(({ note }) => note.keycloak === "cold");
  const own = cold.find(({ note }) => isOwn(note, wish));
  if (!own) throw new NoWayInError(`the lease of ${wish.run} was taken away meanwhile`);
  const older = cold.filter(each => each.created < own.created || (each.created === own.created && each.id < own.id));
  const living = await Promise.all(older.map(each => isLive(each.note, now(), life)));
  return older.filter((_, at) => living[at]);
}

async function put({ board, now, life }: EnterWorld, wish: Try, keycloak: Kind): Promise<void> {
  const at = now();
  const until = new Date(at + wish.lasts).toISOString();
  const note: LeaseNote = {
    format: 1,
    kind: "run",
    run: wish.run,
    keycloak,
    domains: [...wish.domains],
    since: wish.since,
    until,
    ...(wish.owner ? { owner: wish.owner } : {}),
  };
  for (let tries = 1; ; tries++) {
    if (await board.put(leaseName(wish.run), note)) return;
    const there = (await board.all()).find(each => each.name === leaseName(wish.run));
    if (!there && tries === FOREIGN) throw new TakenError(foreign(leaseName(wish.run)));
    if (!there) continue; // gone between the two calls
    if (!isLease(there)) throw new TakenError(`the name ${there.name} is taken by something that is no lease`);
    const own = isOwn(there.note, wish);
    if (!own && (await isLive(there.note, at, life)))
      throw new TakenError(
        `a run with this identity is under way: ${there.note.run}, since ${there.note.since}, ${holder(there.note)}`,
      );
    // This process's own, of an earlier try, keeps its place; what a dead one left lends none: it may be older than those of runs that are in.
    if (!(await board.rewrite(there, note))) continue;
    if (own && there.note.keycloak === keycloak) return;
    await board.remove(there);
  }
}

function isOwn({ run, owner, since }: LeaseNote, wish: Try): boolean {
  if (run !== wish.run) return false;
  return owner && wish.owner ? isSame(owner, wish.owner) : owner === wish.owner && since === wish.since;
}

/** Nobody else's with this run's identity: it may have been taken over, or never been this process's. */
async function withdrawOwn(board: Board, wish: Try): Promise<void> {
  const there = await leaseOf(board, wish.run);
  if (there && isOwn(there.note, wish)) await board.remove(there);
}

/** Takes the run's lease off the board. Absent is success. */
export async function withdraw(board: Board, run: string): Promise<void> {
  const own = await leaseOf(board, run);
  if (own) await board.remove(own);
}
