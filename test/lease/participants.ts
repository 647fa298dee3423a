// Runs and warm apps as processes of the scheduler.
import type { CoordinationHost } from "../../providers/lib/coordination/coordinationStore.ts";
import {
  claimMaintenance,
  drain,
  releaseMaintenance,
  type MaintenanceRequest,
} from "../../providers/lib/coordination/maintenance.ts";
import { acquire } from "../../providers/lease/acquire.ts";
import { releaseLease } from "../../providers/lease/leaseRecord.ts";
import { MIN_MEMORY } from "../../providers/lease/dedicatedSlot.ts";
import { type AcquireHost, type KeycloakState, type LeaseRequest } from "../../providers/lease/request.ts";
import { type KeycloakKind } from "../../providers/lib/coordination/scope.ts";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { profileOf } from "../../providers/app/profiles/index.ts";
import type { Side, Stage } from "./scheduler.ts";

export const SSO = "sso.test";
const DOMAINS = { keycloak: SSO, traefik: "proxy.test", "custom-html": "pages.test" };

/** What a run observes; a spec may change it meanwhile. */
export interface Host {
  keycloak: KeycloakState;
  memory: number;
  /** Whether a dead holder's maintenance is stale. */
  leftOver: boolean;
  /** The outcome of a repair. */
  repair: (by: Side) => Promise<void>;
}

export const UP: KeycloakState = { state: "up", words: "is up" };
export const UNREACHABLE: KeycloakState = { state: "unclear", words: "isn't reached: timed out" };
export const DOWN: KeycloakState = { state: "down", words: "is down: 0 of 1 tasks run" };

export function newHost(more: Partial<Host> = {}): Host {
  const repair = () => Promise.reject(new Error("no space left on device"));
  return { keycloak: UP, memory: 4 * MIN_MEMORY, leftOver: false, repair, ...more };
}

export interface Run extends Side {
  readonly host: AcquireHost;
  /** Acquires the lease. A failure is kept until it is awaited. */
  enter(): Promise<KeycloakKind>;
  /** Acquires the lease, holds it for `stay` ms, and releases it. */
  pass(stay: number): Promise<KeycloakKind>;
  /** The Keycloak that it got, during `pass`. */
  inside: KeycloakKind | undefined;
}

/** A run's process. `request.holder: undefined` makes its lease a timed one. */
export function newRun(stage: Stage, run: string, request: Partial<LeaseRequest> = {}, machine: Host = newHost()): Run {
  const side = stage.side(run);
  const host: AcquireHost = {
    ...worldOf(stage, side, machine),
    async observe() {
      await side.point("look");
      return machine.keycloak;
    },
    async repair() {
      await side.point("repair");
      await machine.repair(side);
    },
    memory: async () => machine.memory,
  };
  const whole: LeaseRequest = {
    run,
    mode: "auto",
    keycloak: SSO,
    domains: [`${run}.test`],
    dedicatedLimit: 1,
    holder: side.holder,
    duration: LEASE_DURATION,
    ...request,
  };
  const made: Run = Object.assign(side, {
    host,
    inside: undefined,
    enter: () => begun(acquire(host, whole)),
    pass: (stay: number) => begun(pass(stay)),
  });
  async function pass(stay: number): Promise<KeycloakKind> {
    const kind = await acquire(host, whole);
    made.inside = kind;
    await side.sleep(stay);
    made.inside = undefined;
    await releaseLease(side.store, run);
    return kind;
  }
  return made;
}

export interface Kept extends Side {
  readonly host: CoordinationHost;
  readonly work: MaintenanceRequest;
  drain(limit?: number): Promise<void>;
  claim(): Promise<string | undefined>;
  giveBack(): Promise<void>;
  /** Drains, holds maintenance for `stay` ms, and releases it. */
  pass(stay: number): Promise<void>;
  /** Whether it is drained, during `pass`. */
  inside: boolean;
}

/** A process that is about to change a warm app. */
export function newApp(
  stage: Stage,
  app: keyof typeof DOMAINS,
  what = "1.0.0+1 → 1.1.0+2",
  machine: Host = newHost(),
): Kept {
  const side = stage.side(app);
  const host = worldOf(stage, side, machine);
  const work: MaintenanceRequest = {
    app,
    domain: DOMAINS[app],
    what,
    blockedBy: profileOf(app).blockedBy,
    blocks: profileOf(app).blocks,
    holder: side.holder,
    stateDir: "/var/lib/hearth",
  };
  const made: Kept = Object.assign(side, {
    host,
    work,
    inside: false,
    drain: (limit?: number) => begun(drain(host, work, limit)),
    claim: () => begun(claimMaintenance(host, work)),
    giveBack: () => begun(releaseMaintenance(side.store, work)),
    pass: (stay: number) => begun(pass(stay)),
  });
  async function pass(stay: number): Promise<void> {
    await drain(host, work);
    made.inside = true;
    await side.sleep(stay);
    made.inside = false;
    await releaseMaintenance(side.store, work);
  }
  return made;
}

/** Whether a run uses an app that is changing, which must never happen. */
export function collides(run: Run, app: Kept): boolean {
  if (!app.inside || app.dead || run.inside === undefined || run.dead) return false;
  if (app.work.app === "custom-html") return false; // no run uses it
  return app.work.app !== "keycloak" || run.inside === "warm";
}

function worldOf(stage: Stage, side: Side, host: Host): CoordinationHost {
  const { store, sleep, log } = side;
  const { now, liveness } = stage;
  return { store, now, monotonicNow: now, sleep, log, liveness, isStale: async () => host.leftOver };
}

function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined); // awaited later
  return work;
}
