// Runs and kept apps as processes on the stage.
import type { BoardWorld } from "../../providers/lib/coordination/coordinationStore.ts";
import { claim, drain, giveBack, type Work } from "../../providers/lib/coordination/maintenance.ts";
import {
  enter,
  withdraw,
  MEMORY,
  type EnterWorld,
  type Found,
  type Kind,
  type Wish,
} from "../../providers/lease/acquire.ts";
import { HELD } from "../../providers/lib/coordination/liveness.ts";
import type { Side, Stage } from "./scheduler.ts";

export const SSO = "sso.test";
const DOMAINS = { keycloak: SSO, traefik: "proxy.test" };

/** What a run finds; a spec changes it while the run looks. */
export interface Host {
  keycloak: Found;
  memory: number;
  /** Whether the maintenance of a dead owner is over. */
  leftOver: boolean;
  /** What becomes of a repair. */
  repair: (by: Side) => Promise<void>;
}

export const UP: Found = { state: "up", words: "is up" };
export const DOWN: Found = { state: "down", words: "is down: 0 of 1 tasks run" };

export function newHost(more: Partial<Host> = {}): Host {
  const repair = () => Promise.reject(new Error("no space left on device"));
  return { keycloak: UP, memory: 4 * MEMORY, leftOver: false, repair, ...more };
}

export interface Run extends Side {
  readonly world: EnterWorld;
  /** Begins; where nobody waits for it, its failure isn't lost but seen by whoever asks later. */
  enter(): Promise<Kind>;
  /** In, for `stay` ms, and out. */
  pass(stay: number): Promise<Kind>;
  /** What it got, while it is in by `pass`. */
  inside: Kind | undefined;
}

/** A run's process. `wish.owner: undefined` makes its lease a timed one. */
export function newRun(stage: Stage, run: string, wish: Partial<Wish> = {}, host: Host = newHost()): Run {
  const side = stage.side(run);
  const world: EnterWorld = {
    ...worldOf(stage, side, host),
    async look() {
      await side.point("look");
      return host.keycloak;
    },
    async repair() {
      await side.point("repair");
      await host.repair(side);
    },
    memory: async () => host.memory,
  };
  const whole: Wish = {
    run,
    mode: "auto",
    keycloak: SSO,
    domains: [`${run}.test`],
    coldLimit: 1,
    owner: side.owner,
    lasts: HELD,
    ...wish,
  };
  const made: Run = Object.assign(side, {
    world,
    inside: undefined,
    enter: () => begun(enter(world, whole)),
    pass: (stay: number) => begun(pass(stay)),
  });
  async function pass(stay: number): Promise<Kind> {
    const kind = await enter(world, whole);
    made.inside = kind;
    await side.sleep(stay);
    made.inside = undefined;
    await withdraw(side.board, run);
    return kind;
  }
  return made;
}

export interface Kept extends Side {
  readonly world: BoardWorld;
  readonly work: Work;
  drain(limit?: number): Promise<void>;
  claim(): Promise<string | undefined>;
  giveBack(): Promise<void>;
  /** Drained, for `stay` ms, and given back. */
  pass(stay: number): Promise<void>;
  /** Whether it is between the two by `pass`. */
  inside: boolean;
}

/** A process that is about to change a kept app. */
export function newApp(
  stage: Stage,
  app: keyof typeof DOMAINS,
  what = "1.0.0+1 → 1.1.0+2",
  host: Host = newHost(),
): Kept {
  const side = stage.side(app);
  const world = worldOf(stage, side, host);
  const work: Work = { app, domain: DOMAINS[app], what, owner: side.owner, stateDir: "/var/lib/hearth" };
  const made: Kept = Object.assign(side, {
    world,
    work,
    inside: false,
    drain: (limit?: number) => begun(drain(world, work, limit)),
    claim: () => begun(claim(world, work)),
    giveBack: () => begun(giveBack(side.board, work)),
    pass: (stay: number) => begun(pass(stay)),
  });
  async function pass(stay: number): Promise<void> {
    await drain(world, work);
    made.inside = true;
    await side.sleep(stay);
    made.inside = false;
    await giveBack(side.board, work);
  }
  return made;
}

/** Whether a run is on an app that is about to be changed: what must never be. */
export function collides(run: Run, app: Kept): boolean {
  if (!app.inside || app.dead || run.inside === undefined || run.dead) return false;
  return app.work.app !== "keycloak" || run.inside === "warm";
}

function worldOf(stage: Stage, side: Side, host: Host): BoardWorld {
  const { board, sleep, say } = side;
  return { board, now: stage.now, sleep, say, life: stage.life, isLeftOver: async () => host.leftOver };
}

function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined); // asked for later
  return work;
}
