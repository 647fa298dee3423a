// A host with a journal, a lock and a Keycloak that goes down, for random schedules; checks what must never happen.
import { isLease } from "../../providers/lib/coordination/coordinationStore.ts";
import { claimMaintenance, DRAIN_LIMIT, releaseMaintenance } from "../../providers/lib/coordination/maintenance.ts";
import type { KeycloakMode } from "../../providers/lease/request.ts";
import { LEASE_DURATION } from "../../providers/lib/coordination/liveness.ts";
import { MINUTE, type Side, type Stage } from "./scheduler.ts";
import { DOWN, newApp, newHost, newRun, UP, type Kept, type Run } from "./participants.ts";

export interface RunPlan {
  /** Runs with the same identity are one run started twice, if the liveness of their holders is known. */
  readonly identity: number;
  readonly mode: KeycloakMode;
  /** `hidden`: held by a process of unknown liveness. */
  readonly sign: "held" | "timed" | "hidden";
  readonly begins: number;
  readonly stay: number;
  readonly dies: number;
}

export interface AppPlan {
  readonly app: "keycloak" | "traefik" | "custom-html";
  /** Whether it writes a journal, so that another process finishes its operation after its death. */
  readonly journal: boolean;
  readonly begins: number;
  readonly stay: number;
  readonly dies: number;
}

export interface Setting {
  readonly dedicatedLimit: number;
  /** Keycloak is down from the start, and a repair may fix it. */
  readonly outage: "none" | "mends" | "stays";
}

export interface World {
  add(plan: RunPlan | AppPlan): void;
  /** Kills the processes that are due. */
  kill(): void;
  /** Violated invariants. */
  faults(): string[];
  /** Live processes that haven't ended. */
  unfinished(): string[];
  /** Live runs that ended but whose lease still exists. */
  leftBehind(): string[];
  /** How each process ended. */
  outcomes(): string[];
}

/** Longer than any schedule, because no lease is renewed. */
const LASTS = 100 * LEASE_DURATION;

export function newWorld(stage: Stage, { dedicatedLimit, outage }: Setting): World {
  const runs: Run[] = [];
  const apps: Kept[] = [];
  const fates = new Map<Side, number>();
  const ends = new Map<Side, string>();
  const faults: string[] = [];
  /** Apps with an open operation; those of them whose change has begun. */
  const open = new Set<string>();
  const touched = new Set<string>();
  const locks = new Map<string, Side>();
  const host = newHost({ repair: mend });
  let broken = outage !== "none";

  const living = (side: Side) => !side.dead;
  const isDown = () =>
    broken || touched.has("keycloak") || apps.some(app => app.inside && living(app) && app.work.app === "keycloak");

  stage.store.watch = (by, gone) => {
    const robbed = isLease(gone) && gone.by !== by && living(gone.by);
    if (robbed) faults.push(`${by.name} took the lease of ${gone.by.name}, who lives`);
  };

  async function underLock<T>(by: Side, app: string, patience: number, work: () => Promise<T>): Promise<T> {
    const start = stage.now();
    for (let holder = locks.get(app); holder && living(holder); holder = locks.get(app)) {
      if (stage.now() - start > patience) throw Object.assign(new Error(`${app} is locked`), { name: "LockedError" });
      await by.sleep(3_000);
    }
    locks.set(app, by);
    try {
      return await work();
    } finally {
      locks.delete(app);
    }
  }

  /** Finishes the operation of a dead process. */
  async function recover(by: Side, like: Kept, stay: number): Promise<void> {
    const { app } = like.work;
    const work = { ...like.work, holder: by.holder };
    const other = await claimMaintenance({ ...like.host, store: by.store }, work);
    if (other !== undefined && touched.has(app))
      faults.push(`${app} is being changed, and has no maintenance: ${other}`);
    await by.sleep(stay);
    touched.delete(app);
    await releaseMaintenance(by.store, work);
    open.delete(app);
  }

  async function mend(by: Side): Promise<void> {
    await underLock(by, "keycloak", 10 * MINUTE, async () => {
      const like = apps.find(({ work }) => work.app === "keycloak");
      if (open.has("keycloak") && like) await recover(by, like, 20_000);
      if (!isDown()) return;
      await by.sleep(MINUTE);
      if (outage === "stays") throw new Error("no space left on device");
      broken = false;
    });
  }

  async function change(app: Kept, { app: name, journal, stay }: AppPlan): Promise<string> {
    if (open.has(name)) {
      await recover(app, app, stay);
      return "recovered";
    }
    if (journal) open.add(name);
    try {
      await app.drain();
    } catch (error) {
      open.delete(name);
      throw error;
    }
    if (journal) touched.add(name);
    app.inside = true;
    await app.sleep(stay);
    app.inside = false;
    touched.delete(name);
    await app.giveBack();
    open.delete(name);
    return "changed";
  }

  function begin(side: Side, { begins, dies }: RunPlan | AppPlan, work: () => Promise<string>): void {
    fates.set(side, dies);
    const liveness = side.sleep(begins).then(work);
    liveness.then(
      end => ends.set(side, end),
      (error: Error) => ends.set(side, error.name),
    );
  }

  function addRun(plan: RunPlan): void {
    const { identity, mode, sign, stay } = plan;
    const name = `run-${sign === "held" ? "a" : runs.length}0000${identity}`;
    const run = newRun(
      stage,
      name,
      { mode, dedicatedLimit: dedicatedLimit, duration: LASTS, ...(sign === "timed" ? { holder: undefined } : {}) },
      host,
    );
    run.host.isStale = async ({ app }) => !open.has(app);
    if (sign === "hidden") run.liveness = "unknown";
    runs.push(run);
    begin(run, plan, () => run.pass(stay));
  }

  function addApp(plan: AppPlan): void {
    const app = newApp(stage, plan.app, `change ${apps.length}`, host);
    app.host.isStale = async each => !open.has(each.app);
    apps.push(app);
    begin(app, plan, () => underLock(app, plan.app, 2 * DRAIN_LIMIT, () => change(app, plan)));
  }

  /** Whether no run may use it now. */
  const closed = (name: string) =>
    touched.has(name) || apps.some(app => app.inside && living(app) && app.work.app === name);

  return {
    add: plan => ("app" in plan ? addApp(plan) : addRun(plan)),
    kill() {
      for (const [side, dies] of fates) if (side.did.length >= dies && !ends.has(side)) side.die();
      host.keycloak = isDown() ? DOWN : UP;
    },
    faults() {
      const inside = runs.filter(run => run.inside !== undefined && living(run));
      const cold = inside.filter(run => run.inside === "dedicated").length;
      const found = inside.flatMap(run => [
        ...(closed("traefik") ? [`${run.name} is in while traefik is being changed`] : []),
        ...(closed("keycloak") && run.inside === "warm"
          ? [`${run.name} is on keycloak while that is being changed`]
          : []),
      ]);
      return [...faults, ...found, ...(cold > dedicatedLimit ? [`${cold} have a Keycloak of their own`] : [])];
    },
    unfinished: () => [...fates.keys()].filter(side => living(side) && !ends.has(side)).map(({ name }) => name),
    leftBehind: () =>
      runs.filter(run => ends.has(run) && living(run) && stage.entriesOf(run).length > 0).map(({ name }) => name),
    outcomes: () => [...fates.keys()].map(side => (living(side) ? ends.get(side)! : "dead")),
  };
}
