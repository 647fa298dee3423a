// An UpgradeHost of plain values. Every side effect is a failpoint: it can fail, or the process can be killed before,
// in the middle of, or after it.
import { InconclusiveError } from "../../providers/lib/health/errors.ts";
import type { Verdict } from "../../providers/lib/health/gate.ts";
import type { OperationChanges, Operation, OperationStep } from "../../providers/lib/state/operation.ts";
import type { Notice, UpgradeHost } from "../../providers/app/host.ts";
import { unusable } from "../../providers/app/snapshotCheck.ts";

/** The process was killed: it does nothing more. */
export class Killed extends Error {
  override readonly name = "Killed";
}

export class Injected extends Error {
  override readonly name = "Injected";
}

/** Data as in a database: the version that wrote its schema, and its rows. */
export interface Data {
  readonly schema: string;
  readonly rows: readonly string[];
}

export interface Disk {
  deployed: string | undefined;
  data: Data | undefined;
  env: string;
  keptEnv: Record<string, string>;
  /** What a volume holds that only the target declares: the operation that created it. */
  brought: string | undefined;
  snapshots: Record<string, { data: Data; whole: boolean }>;
  /** Whether containers hold the volume and last good's image. */
  guarded: boolean;
  /** Versions whose image is on the host. */
  images: string[];
  /** Whether the registry answers. */
  registry: boolean;
  /** Data that a restore replaced, by operation. */
  beside: Record<string, Data>;
  /** What a restore set aside of the target's own volume, by operation. */
  setAside: Record<string, string>;
  /** Replaced data can't be removed. */
  stuck: boolean;
  cleanUpDue: boolean;
  operation: string | undefined;
  /** Number of operations begun. */
  begun: number;
  /** The process that holds maintenance. */
  maintenance: number | undefined;
  processes: number;
  lastGood: string | undefined;
  /** Versions that failed since the first deploy; undefined if none is recorded. */
  failedFirst: string[] | undefined;
  rejected: Record<string, string>;
  alerts: Record<string, Notice>;
  /** Versions that become healthy. */
  good: string[];
  /** Swarm rolls the next deploy back. */
  rollsBack: boolean;
  /** When the update began that Swarm rolled back, by service. */
  rollbacks: Record<string, string>;
  stateful: boolean;
}

export const FROM = "1.0.0+1";
export const TO = "1.1.0+2";

export function freshDisk(more: Partial<Disk> = {}): Disk {
  return {
    deployed: FROM,
    data: { schema: FROM, rows: ["marker"] },
    env: `TYPE=${FROM}`,
    keptEnv: {},
    brought: undefined,
    snapshots: {},
    guarded: false,
    images: [FROM],
    registry: true,
    beside: {},
    setAside: {},
    stuck: false,
    cleanUpDue: false,
    operation: undefined,
    begun: 0,
    maintenance: undefined,
    processes: 0,
    lastGood: FROM,
    failedFirst: undefined,
    rejected: {},
    alerts: {},
    good: [FROM, TO],
    rollsBack: false,
    rollbacks: {},
    stateful: true,
    ...more,
  };
}

/** What happens at a failpoint, by its number. Each side effect has three. */
export type Plan = ReadonlyMap<number, "kill" | "fail">;

export interface Process {
  readonly host: UpgradeHost;
  /** Failpoints passed so far. */
  readonly passed: () => number;
  /** Side effects, oldest first. */
  readonly did: string[];
  /** What failed as planned. */
  readonly failed: string[];
}

/** A process that works on `disk`, with `fates` at its failpoints; `meanwhile` happens at each. */
export function processOn(disk: Disk, fates: Plan = new Map(), meanwhile: () => void = () => undefined): Process {
  let passed = 0;
  let dead = false;
  const me = ++disk.processes;
  const did: string[] = [];
  const failed: string[] = [];

  const point = (what: string) => {
    if (dead) throw new Killed(what);
    meanwhile();
    const fate = fates.get(++passed);
    if (fate === "kill") {
      dead = true;
      throw new Killed(what);
    }
    if (fate !== "fail") return;
    failed.push(what);
    throw new Injected(`${what}: no space left on device`);
  };
  /** `half` is the state after an interruption in the middle. */
  const effect = async <T>(what: string, whole: () => T, half: () => void = () => undefined): Promise<T> => {
    point(what);
    did.push(what);
    half();
    point(`${what}, half done`);
    const result = whole();
    point(`${what}, done`);
    return result;
  };
  const look = async <T>(value: () => T): Promise<T> => {
    if (dead) throw new Killed("look");
    return value();
  };
  const write = (operation: Operation) => {
    disk.operation = JSON.stringify(operation);
    return JSON.parse(disk.operation) as Operation;
  };
  const live = (): Data => {
    if (!disk.data) throw new Error("data not found");
    return disk.data;
  };
  const pull = (version: string) => {
    if (disk.images.includes(version)) return;
    if (!disk.registry) throw new InconclusiveError(`image of ${version} not found, and the pull failed`);
    disk.images.push(version);
  };
  const operationId = () => (JSON.parse(disk.operation ?? '{"id":"none"}') as Operation).id;
  const intact = (id: string) => disk.snapshots[id]?.whole === true;
  /** Without maintenance, a run could begin meanwhile. */
  const maintained = (what: string) => {
    if (disk.maintenance !== me) throw new Error(`${what} without maintenance`);
  };
  const opened = (what: Pick<Operation, "kind" | "from" | "to" | "step"> & Partial<Operation>): Operation => {
    const now = new Date().toISOString();
    const owner = { host: "h", boot: "b", pidns: "p", pid: 1, started: 1 };
    return {
      format: 1,
      recipe: "app",
      domain: "app.test",
      id: `op-${++disk.begun}`,
      startedAt: now,
      stepStartedAt: now,
      rollingBack: false,
      baseline: {},
      holder: owner,
      ...what,
    };
  };

  const host: UpgradeHost = {
    name: "app",
    stateful: disk.stateful,
    log: () => undefined,
    mask: text => text,
    running: () => look(() => ({ deployed: disk.deployed !== undefined, version: disk.deployed })),
    hasData: () => look(() => disk.stateful && disk.data !== undefined),
    operation: () => look(() => (disk.operation === undefined ? undefined : (JSON.parse(disk.operation) as Operation))),
    begin: plan =>
      effect("begin", () => {
        if (disk.operation !== undefined) throw new Error("another operation is open");
        const volumes = disk.stateful && disk.data ? ["data"] : [];
        return write(opened({ kind: "upgrade", ...plan, volumes, step: "preflight" }));
      }),
    beginRestore: ({ version, snapshot }) =>
      effect("beginRestore", () =>
        write(
          opened({
            kind: "restore",
            from: version,
            to: disk.deployed ?? version,
            snapshot,
            step: "undeploy",
            rollingBack: true,
          }),
        ),
      ),
    writeStep: (operation: Operation, step: OperationStep, changes: OperationChanges = {}) =>
      effect(`note ${step}`, () =>
        write({
          ...operation,
          ...(operation.step !== step && { undecided: undefined }),
          ...changes,
          step: step,
          stepStartedAt: operation.step === step ? operation.stepStartedAt : new Date().toISOString(),
        }),
      ),
    close: () =>
      effect(
        "close",
        () => {
          if (disk.operation !== undefined) delete disk.keptEnv[operationId()];
          disk.operation = undefined;
        },
        () => undefined,
      ),
    lastGood: () => look(() => disk.lastGood),
    beginFirstDeploy: () => effect("begin first deploy", () => void (disk.failedFirst = [])),
    recordFirstFailure: version => effect("first failure", () => void disk.failedFirst?.push(version)),
    failedFirstDeploys: () => look(() => disk.failedFirst),
    clearFirstDeploy: () => effect("clear first deploy", () => void (disk.failedFirst = undefined)),
    commit: version =>
      effect(
        "commit",
        () => {
          disk.lastGood = version;
          disk.guarded = false;
        },
        () => void (disk.failedFirst = undefined),
      ),
    reject: (version, why) => effect("reject", () => void (disk.rejected[version] = why)),
    // Never throws by its contract, but may be interrupted.
    alert: async notice => {
      if (fates.get(passed + 1) === "kill") point("alert");
      passed += 1;
      if (dead) throw new Killed("alert");
      disk.alerts[notice.key] ??= notice;
    },
    preflight: ({ to }) => effect("preflight", () => pull(to)),
    drain: () => effect("drain", () => void (disk.maintenance = me)),
    claimMaintenance: () => effect("claim", () => void (disk.maintenance = me)),
    // Keeps another process's: that one may be working.
    releaseMaintenance: () =>
      effect("giveBack", () => void (disk.maintenance = disk.maintenance === me ? undefined : disk.maintenance)),
    prepare: ({ id }) =>
      effect(
        "prepare",
        () => void (disk.env = `${disk.env}\nNEW=1`),
        () => void (disk.keptEnv[id] = disk.env),
      ),
    restoreEnv: ({ id }) => effect("restoreEnv", () => void (disk.env = disk.keptEnv[id] ?? disk.env)),
    guard: () => effect("guard", () => void (disk.guarded = true)),
    // Never throws by its contract, but may be interrupted.
    releaseGuards: async () => {
      if (fates.get(passed + 1) === "kill") point("release");
      passed += 1;
      if (dead) throw new Killed("release");
      disk.guarded = false;
    },
    stop: () =>
      effect("stop", () => {
        maintained("stop");
        disk.deployed = undefined;
      }),
    snapshot: ({ id }) =>
      effect(
        "snapshot",
        () => {
          if (disk.deployed !== undefined) throw new Error("the volume is mounted");
          disk.snapshots[id] = { data: live(), whole: true };
        },
        () => void (disk.snapshots[id] = { data: { schema: "?", rows: [] }, whole: false }),
      ),
    rollbacks: () => look(() => disk.rollbacks),
    deploy: version => {
      const start = () => {
        if (disk.operation !== undefined) maintained("deploy");
        pull(version);
        disk.data ??= { schema: version, rows: [] }; // docker creates a missing volume, empty
        // The data must be in a snapshot before another version writes to it.
        const data = live();
        const safe = Object.values(disk.snapshots).some(
          ({ data: kept, whole }) => whole && JSON.stringify(kept) === JSON.stringify(data),
        );
        if (disk.stateful && version > data.schema && !safe)
          throw new Error(`P2: ${version} was deployed on data that no snapshot has`);
        disk.deployed = version;
        disk.env = disk.env.replace(/^TYPE=\S+/, `TYPE=${version}`);
        if (disk.stateful && version === TO) disk.brought ??= operationId();
        // A database migrates on start, whether or not the app becomes healthy.
        if (version > data.schema) disk.data = { schema: version, rows: [...data.rows, `migrated to ${version}`] };
      };
      const whole = () => {
        start();
        if (disk.rollsBack) disk.rollbacks = { app: `update ${did.length} of process ${me}` };
        disk.rollsBack = false;
      };
      return effect(`deploy ${version}`, whole, start);
    },
    gate: async (version, _baseline, before): Promise<Verdict> => {
      point("gate");
      if (before && before["app"] !== disk.rollbacks["app"])
        return { health: "unhealthy", why: "Swarm rolled app back" };
      if (disk.deployed !== version) return { health: "inconclusive", why: `${disk.deployed} runs instead` };
      if (!disk.good.includes(version)) return { health: "unhealthy", why: "HTTP 503" };
      // An older version doesn't run on migrated data.
      return disk.stateful && live().schema > version
        ? { health: "unhealthy", why: "unknown schema" }
        : { health: "healthy" };
    },
    captureDiagnostics: () => effect("diagnostics", () => "/failures/1"),
    lostVolumes: ({ volumes = [] }) => look(() => (disk.data ? [] : volumes)),
    hasSnapshot: ({ id }) => look(() => disk.snapshots[id]?.whole === true),
    verifySnapshot: id =>
      look(() => {
        const others = Object.keys(disk.snapshots).filter(other => other !== id && intact(other));
        const offered = others.map(other => ({ version: FROM, taken: other, previous: true }));
        if (!intact(id)) throw unusable("app", `snapshot ${id}`, "its sum differs", offered);
      }),
    isRestoreStarted: ({ id }) => look(() => disk.beside[id] !== undefined),
    restore: async ({ id, snapshot = id }) => {
      const found = disk.snapshots[snapshot];
      if (!found?.whole) throw new Error(`snapshot ${snapshot} not found`);
      const setAside = () => {
        if (disk.brought !== undefined) disk.setAside[id] ??= disk.brought;
        disk.brought = undefined;
      };
      // A volume that is missing is created empty before anything is extracted.
      if (!disk.data) await effect("create volume", () => void (disk.data = { schema: "0", rows: [] }));
      return effect(
        "restore",
        () => {
          if (disk.data) disk.beside[id] ??= disk.data;
          disk.data = found.data;
          setAside();
        },
        () => {
          if (disk.data) disk.beside[id] ??= disk.data; // between the two renames nothing is live
          disk.data = disk.beside[id];
        },
      );
    },
    removeReplacedData: () =>
      effect("forget", () => {
        if (disk.stuck) throw new Error("remove _data.hearth-old: Operation not permitted");
        disk.beside = {};
        disk.setAside = {};
        const open = disk.operation === undefined ? "" : operationId();
        disk.keptEnv = Object.fromEntries(Object.entries(disk.keptEnv).filter(([id]) => id === open));
        disk.cleanUpDue = false;
      }),
    // Never throws by its contract, but may be interrupted.
    deferCleanUp: async () => {
      if (fates.get(passed + 1) === "kill") point("defer");
      passed += 1;
      if (dead) throw new Killed("defer");
      disk.cleanUpDue = true;
    },
    isCleanUpDue: () => look(() => disk.cleanUpDue),
  };
  return { host, passed: () => passed, did, failed };
}

/** What a prune of volumes and of all images takes: whatever no running container uses. */
export function prune(disk: Disk): void {
  const used = [...(disk.deployed ? [disk.deployed] : []), ...(disk.guarded && disk.lastGood ? [disk.lastGood] : [])];
  disk.images = disk.images.filter(version => used.includes(version));
  if (disk.deployed === undefined && !disk.guarded) disk.data = undefined;
}

/** Every copy of the data. */
export function copies(disk: Disk): Data[] {
  const kept = Object.values(disk.snapshots).flatMap(({ data, whole }) => (whole ? [data] : []));
  return [...(disk.data ? [disk.data] : []), ...kept, ...Object.values(disk.beside)];
}
