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
import { MINUTE, type Participant, type Scheduler } from "./scheduler.ts";

export const SSO = "sso.test";
const DOMAINS = { keycloak: SSO, traefik: "proxy.test", "custom-html": "pages.test" };

/** The state that runs observe; a spec may change it meanwhile. */
export interface Host {
  keycloak: KeycloakState;
  memory: number;
  /** Whether a dead holder's maintenance is stale. */
  staleMaintenance: boolean;
  /** Repairs Keycloak or fails. */
  repair: (by: Participant) => Promise<void>;
}

export const UP: KeycloakState = { state: "up", words: "is up" };
export const DOWN: KeycloakState = { state: "down", words: "is down: 0 of 1 tasks run" };
export const UNREACHABLE: KeycloakState = { state: "unclear", words: "isn't reached: timed out" };

export function newHost(more: Partial<Host> = {}): Host {
  const repair = () => Promise.reject(new Error("no space left on device"));
  return { keycloak: UP, memory: 4 * MIN_MEMORY, staleMaintenance: false, repair, ...more };
}

export interface Run extends Participant {
  readonly host: AcquireHost;
  /** Starts to acquire a lease. A rejection isn't unhandled even if it is awaited later or never. */
  acquire(): Promise<KeycloakKind>;
  /** Acquires a lease, holds it for `ms` and releases it. */
  acquireAndHold(ms: number): Promise<KeycloakKind>;
  /** The kind of Keycloak it uses while `acquireAndHold` holds the lease. */
  inside: KeycloakKind | undefined;
}

/** A run's process. `request.holder: undefined` makes its lease a timed one. */
export function newRun(
  scheduler: Scheduler,
  run: string,
  request: Partial<LeaseRequest> = {},
  machine: Host = newHost(),
): Run {
  const participant = scheduler.participant(run);
  const host: AcquireHost = {
    ...coordinationHostOf(scheduler, participant, machine),
    async observe() {
      await participant.pauseAt("observe");
      return machine.keycloak;
    },
    async repair() {
      await participant.pauseAt("repair");
      await machine.repair(participant);
    },
    memory: async () => machine.memory,
  };
  const fullRequest: LeaseRequest = {
    run,
    mode: "auto",
    keycloak: SSO,
    domains: [`${run}.test`],
    dedicatedLimit: 1,
    unreachableLimit: 2 * MINUTE,
    holder: participant.holder,
    duration: LEASE_DURATION,
    ...request,
  };
  const process: Run = Object.assign(participant, {
    host,
    inside: undefined,
    acquire: () => handled(acquire(host, fullRequest)),
    acquireAndHold: (ms: number) => handled(acquireAndHold(ms)),
  });
  async function acquireAndHold(ms: number): Promise<KeycloakKind> {
    const kind = await acquire(host, fullRequest);
    process.inside = kind;
    await participant.sleep(ms);
    process.inside = undefined;
    await releaseLease(participant.store, run);
    return kind;
  }
  return process;
}

export interface AppProcess extends Participant {
  readonly host: CoordinationHost;
  readonly work: MaintenanceRequest;
  drain(limit?: number): Promise<void>;
  claim(): Promise<string | undefined>;
  release(): Promise<void>;
  /** Drains the app, holds its maintenance for `ms` and releases it. */
  drainAndHold(ms: number): Promise<void>;
  /** Whether `drainAndHold` holds the maintenance. */
  inside: boolean;
}

/** A process that is about to change a warm app. */
export function newApp(
  scheduler: Scheduler,
  app: keyof typeof DOMAINS,
  what = "1.0.0+1 → 1.1.0+2",
  machine: Host = newHost(),
): AppProcess {
  const participant = scheduler.participant(app);
  const host = coordinationHostOf(scheduler, participant, machine);
  const work: MaintenanceRequest = {
    app,
    domain: DOMAINS[app],
    what,
    blockedBy: profileOf(app).blockedBy,
    blocks: profileOf(app).blocks,
    holder: participant.holder,
    stateDir: "/var/lib/hearth",
  };
  const process: AppProcess = Object.assign(participant, {
    host,
    work,
    inside: false,
    drain: (limit?: number) => handled(drain(host, work, limit)),
    claim: () => handled(claimMaintenance(host, work)),
    release: () => handled(releaseMaintenance(participant.store, work)),
    drainAndHold: (ms: number) => handled(drainAndHold(ms)),
  });
  async function drainAndHold(ms: number): Promise<void> {
    await drain(host, work);
    process.inside = true;
    await participant.sleep(ms);
    process.inside = false;
    await releaseMaintenance(participant.store, work);
  }
  return process;
}

/** Whether the run uses the app while it is changed, which must never happen. */
export function conflicts(run: Run, app: AppProcess): boolean {
  if (!app.inside || app.dead || run.inside === undefined || run.dead) return false;
  if (app.work.app === "custom-html") return false; // runs don't use it
  return app.work.app !== "keycloak" || run.inside === "warm";
}

function coordinationHostOf(scheduler: Scheduler, participant: Participant, host: Host): CoordinationHost {
  const { store, sleep, log } = participant;
  const { now, monotonicNow, liveness } = scheduler;
  return { store, now, monotonicNow, sleep, log, liveness, isStale: async () => host.staleMaintenance };
}

function handled<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined); // awaited later
  return work;
}
