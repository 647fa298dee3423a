// Simulates a host with a journal, locks and a Keycloak that goes down, and reports violated invariants.
import { isLease } from "../../providers/lib/coordination/coordinationStore.ts";
import { claimMaintenance, DRAIN_LIMIT, releaseMaintenance } from "../../providers/lib/coordination/maintenance.ts";
import type { KeycloakMode } from "../../providers/lease/request.ts";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { MINUTE, type Participant, type Scheduler } from "./scheduler.ts";
import { DOWN, newApp, newHost, newRun, UP, type AppProcess, type Run } from "./participants.ts";

export interface RunPlan {
  /** Runs with the same identity and known liveness are the same run started twice. */
  readonly identity: number;
  readonly mode: KeycloakMode;
  /** `unknown`: held by a process of unknown liveness. */
  readonly lease: "held" | "timed" | "unknown";
  /** Milliseconds before it starts. */
  readonly delay: number;
  /** Milliseconds for which it holds what it acquired. */
  readonly hold: number;
  /** Calls and sleeps after which it dies. */
  readonly diesAfter: number;
}

export interface AppPlan {
  readonly app: "keycloak" | "traefik" | "custom-html";
  /** Whether it keeps a journal, from which another process can finish its work if it dies. */
  readonly journal: boolean;
  /** Whether it runs in a container, so that nobody knows whether it lives. */
  readonly contained?: boolean;
  /** Milliseconds before it starts. */
  readonly delay: number;
  /** Milliseconds for which it holds what it acquired. */
  readonly hold: number;
  /** Calls and sleeps after which it dies. */
  readonly diesAfter: number;
}

export interface SimulationOptions {
  readonly dedicatedLimit: number;
  /** Whether Keycloak is down at the start, and whether a repair succeeds. */
  readonly outage: "none" | "repairable" | "permanent";
}

export interface Simulation {
  add(plan: RunPlan | AppPlan): void;
  /** Kills the processes that have reached their `diesAfter`. */
  killDue(): void;
  /** Invariants that are violated now. */
  violations(): string[];
  /** Live processes that have not ended. */
  unfinished(): string[];
  /** Runs that ended alive but left a lease. */
  leaked(): string[];
  /** How each process ended. */
  outcomes(): string[];
}

/** Longer than any schedule, because these runs don't renew their leases. */
const DURATION = 100 * LEASE_DURATION;

export function createSimulation(scheduler: Scheduler, { dedicatedLimit, outage }: SimulationOptions): Simulation {
  const runs: Run[] = [];
  const apps: AppProcess[] = [];
  const deathAfter = new Map<Participant, number>();
  const ends = new Map<Participant, string>();
  const recorded: string[] = [];
  /** Apps with an open operation. */
  const open = new Set<string>();
  /** Apps whose change has started. */
  const changing = new Set<string>();
  const locks = new Map<string, Participant>();
  const host = newHost({ repair });
  let broken = outage !== "none";

  const isAlive = (participant: Participant) => !participant.dead;
  const isDown = () =>
    broken || changing.has("keycloak") || apps.some(app => app.inside && isAlive(app) && app.work.app === "keycloak");

  scheduler.store.beforeChange = (by, old) => {
    const isStolen = isLease(old) && old.by !== by && isAlive(old.by);
    if (isStolen) recorded.push(`${by.name} took the lease of ${old.by.name}, which is alive`);
  };

  async function underLock<T>(by: Participant, app: string, patience: number, work: () => Promise<T>): Promise<T> {
    const waitingSince = scheduler.now();
    for (let holder = locks.get(app); holder && isAlive(holder); holder = locks.get(app)) {
      if (scheduler.now() - waitingSince > patience)
        throw Object.assign(new Error(`${app} is locked`), { name: "LockedError" });
      await by.sleep(3_000);
    }
    locks.set(app, by);
    try {
      return await work();
    } finally {
      locks.delete(app);
    }
  }

  /** Finishes the change that a dead process started. */
  async function recover(by: Participant, app: AppProcess, hold: number): Promise<void> {
    const { app: name } = app.work;
    const work = { ...app.work, holder: by.holder };
    const other = await claimMaintenance({ ...app.host, store: by.store }, work);
    if (other !== undefined && changing.has(name))
      recorded.push(`${name} is being changed without maintenance: ${other}`);
    await by.sleep(hold);
    changing.delete(name);
    await releaseMaintenance(by.store, work);
    open.delete(name);
  }

  async function repair(by: Participant): Promise<void> {
    await underLock(by, "keycloak", 10 * MINUTE, async () => {
      const app = apps.find(({ work }) => work.app === "keycloak");
      if (open.has("keycloak") && app) await recover(by, app, 20_000);
      if (!isDown()) return;
      await by.sleep(MINUTE);
      if (outage === "permanent") throw new Error("no space left on device");
      broken = false;
    });
  }

  async function change(app: AppProcess, { app: name, journal, hold }: AppPlan): Promise<string> {
    if (open.has(name)) {
      await recover(app, app, hold);
      return "recovered";
    }
    if (journal) open.add(name);
    try {
      await app.drain();
    } catch (error) {
      open.delete(name);
      throw error;
    }
    if (journal) changing.add(name);
    app.inside = true;
    await app.sleep(hold);
    app.inside = false;
    changing.delete(name);
    await app.release();
    open.delete(name);
    return "changed";
  }

  function start(participant: Participant, { delay, diesAfter }: RunPlan | AppPlan, work: () => Promise<string>): void {
    deathAfter.set(participant, diesAfter);
    participant
      .sleep(delay)
      .then(work)
      .then(
        outcome => ends.set(participant, outcome),
        (error: Error) => ends.set(participant, error.name),
      );
  }

  function addRun(plan: RunPlan): void {
    const { identity, mode, lease, hold } = plan;
    const name = `run-${lease === "held" ? "a" : runs.length}0000${identity}`;
    const run = newRun(
      scheduler,
      name,
      { mode, dedicatedLimit, duration: DURATION, ...(lease === "timed" ? { holder: undefined } : {}) },
      host,
    );
    run.host.isStale = async ({ app }) => !open.has(app);
    if (lease === "unknown") run.liveness = "unknown";
    runs.push(run);
    start(run, plan, () => run.acquireAndHold(hold));
  }

  function addApp(plan: AppPlan): void {
    const app = newApp(scheduler, plan.app, `change ${apps.length}`, host);
    app.host.isStale = async each => !open.has(each.app);
    if (plan.contained) app.liveness = "unknown";
    apps.push(app);
    start(app, plan, () => underLock(app, plan.app, 2 * DRAIN_LIMIT, () => change(app, plan)));
  }

  /** Whether runs must not use the app now. */
  const isClosed = (name: string) =>
    changing.has(name) || apps.some(app => app.inside && isAlive(app) && app.work.app === name);

  return {
    add: plan => ("app" in plan ? addApp(plan) : addRun(plan)),
    killDue() {
      for (const [participant, calls] of deathAfter)
        if (participant.calls.length >= calls && !ends.has(participant)) participant.kill();
      host.keycloak = isDown() ? DOWN : UP;
    },
    violations() {
      const inside = runs.filter(run => run.inside !== undefined && isAlive(run));
      const dedicated = inside.filter(run => run.inside === "dedicated").length;
      const found = inside.flatMap(run => [
        ...(isClosed("traefik") ? [`${run.name} is active while traefik is being changed`] : []),
        ...(isClosed("keycloak") && run.inside === "warm"
          ? [`${run.name} uses keycloak while it is being changed`]
          : []),
      ]);
      return [
        ...recorded,
        ...found,
        ...(dedicated > dedicatedLimit ? [`${dedicated} runs have a dedicated Keycloak`] : []),
      ];
    },
    unfinished: () => [...deathAfter.keys()].filter(each => isAlive(each) && !ends.has(each)).map(({ name }) => name),
    leaked: () =>
      runs.filter(run => ends.has(run) && isAlive(run) && scheduler.recordsOf(run).length > 0).map(({ name }) => name),
    outcomes: () => [...deathAfter.keys()].map(each => (isAlive(each) ? ends.get(each)! : "dead")),
  };
}
