// A ReapHost in memory that records every call, in order.
import { isSameProcess, type Liveness, type ProcessIdentity } from "../../../providers/lib/process/identity.ts";
import type { CoordinationStore, StoredRecord } from "../../../providers/lib/coordination/coordinationStore.ts";
import { coordinationRecord, type CoordinationRecord } from "../../../providers/lib/coordination/records.ts";
import { LockedError } from "../../../providers/lib/lock/flock.ts";
import type { Realms, ObservedDirectory, ObservedStack, ObservedRealm } from "../../../commands/reap/observed.ts";
import type { ReapHost } from "../../../commands/reap/host.ts";
import { entry, NOW, processOf, seen } from "./observed.ts";

export const REAPER = processOf(999);

/** Written and read as Swarm's store does: what the schema refuses can't be stored here either. */
function stored(record: CoordinationRecord): CoordinationRecord {
  return coordinationRecord.parse(JSON.parse(JSON.stringify(record)));
}

export class FakeStore implements CoordinationStore {
  entries: StoredRecord[] = [];
  readonly did: string[];
  private count = 0;

  constructor(did: string[]) {
    this.did = did;
  }

  add(...records: CoordinationRecord[]): void {
    for (const record of records) this.entries.push({ ...entry(stored(record)), id: `id-${++this.count}` });
  }

  async create(name: string, record: CoordinationRecord): Promise<boolean> {
    if (this.entries.some(each => each.name === name)) return false;
    this.did.push(`create ${name}`);
    this.entries.push({ id: `id-${++this.count}`, name, created: "", version: 1, record: stored(record) });
    return true;
  }

  async list(): Promise<StoredRecord[]> {
    this.did.push("store");
    return [...this.entries];
  }

  async replace({ id, version }: StoredRecord, record: CoordinationRecord): Promise<boolean> {
    const found = this.entries.find(each => each.id === id && each.version === version);
    if (!found) return false;
    const held = record.holder && isSameProcess(record.holder, REAPER);
    this.did.push(`${held ? "claim" : "return"} ${found.name}`);
    this.entries = this.entries.map(each =>
      each === found ? { ...found, record: stored(record), version: version + 1 } : each,
    );
    return true;
  }

  async remove({ id, name }: Pick<StoredRecord, "id" | "name">): Promise<void> {
    this.did.push(`remove ${name}`);
    this.entries = this.entries.filter(each => each.id !== id);
  }
}

export class FakeHost implements ReapHost {
  readonly did: string[] = [];
  readonly store = new FakeStore(this.did);
  readonly holder = REAPER;
  readonly swarm = seen().swarm;
  readonly baseDomain = seen().baseDomain;
  readonly stateDir = "/s";
  readonly warmDomains = seen().warmDomains;
  readonly keycloak = seen().keycloak;

  time = NOW;
  realmsThere: ObservedRealm[] = [];
  unseen: Extract<Realms, { unseen: object }>["unseen"] | undefined;
  listStacks: string[] = [];
  pulumiThere: ObservedStack[] = [];
  dirsThere: ObservedDirectory[] = [];
  /** Pids of processes that are alive, or whose liveness is unknown; all others are dead. */
  alive = new Set<number>([REAPER.pid]);
  unknown = new Set<number>();
  stale = false;
  swarms: Record<string, string> = {};
  /** Liveness of locks in a backend that is no file, by stack. */
  remoteLocks: Record<string, Liveness> = {};
  /** Until when another process holds the locks of a run. */
  lockedUntil: Record<string, number> = {};
  /** Called once before a step: `realm docs-9c1995`, `stack …`, `pulumi …`, `dir …`, `lock ci-…`. */
  readonly before: Record<string, () => Promise<void> | void> = {};

  now = (): number => this.time;
  monotonicNow = this.now;
  sleep = async (ms: number): Promise<void> => void (this.time += ms);
  liveness = async ({ pid }: ProcessIdentity): Promise<Liveness> =>
    (this.alive.has(pid) && "alive") || (this.unknown.has(pid) && "unknown") || "dead";
  isStale = async (): Promise<boolean> => this.stale;

  realms = async (): Promise<Realms> => {
    this.did.push("list realms");
    return this.unseen ? { unseen: this.unseen } : { all: [...this.realmsThere] };
  };
  stacks = async () => ({ stacks: [...this.listStacks], names: [] });
  pulumi = async () => [...this.pulumiThere];
  dirs = async () => [...this.dirsThere];
  swarmOf = async (stack: string) => {
    this.did.push(`swarm of ${stack}`);
    return this.swarms[stack];
  };
  lockOf = async (stack: string) => {
    await this.step(`lock ${stack}`);
    return {
      liveness: this.pulumiThere.find(each => each.name === stack)?.lock ?? this.remoteLocks[stack] ?? "none",
      since: this.pulumiThere.find(each => each.name === stack)?.lockSince,
      words: `pulumi's lock of ${stack} (pid 5)`,
    } as const;
  };

  takeLocks = async (run: string, until: number) => {
    if ((this.lockedUntil[run] ?? 0) > until) throw new LockedError(`/s/runs/${run}/realm.lock`, until - this.time);
    this.time = Math.max(this.time, this.lockedUntil[run] ?? 0);
    this.did.push(`lock ${run}`);
    return { release: async () => void this.did.push(`unlock ${run}`) };
  };

  removeRealm = async (run: string): Promise<boolean> => {
    await this.step(`realm ${run}`);
    const there = this.realmsThere.some(each => each.name === run);
    this.realmsThere = this.realmsThere.filter(each => each.name !== run);
    return there;
  };
  removeStack = async (stack: string): Promise<void> => {
    await this.step(`stack ${stack}`);
    this.listStacks = this.listStacks.filter(each => each !== stack);
  };
  removePulumi = async (stack: string, lock: string | undefined): Promise<void> => {
    if (lock !== undefined) this.did.push(`break ${lock}`);
    await this.step(`pulumi ${stack}`);
    this.pulumiThere = this.pulumiThere.filter(each => each.name !== stack);
  };
  removeDir = async (run: string): Promise<void> => {
    await this.step(`dir ${run}`);
    this.dirsThere = this.dirsThere.filter(each => each.name !== run);
  };

  /** Recorded changes and locks of runs, without queries. */
  changes(): string[] {
    return this.did.filter(each => !/^(store|lock ci-|list|swarm of)/.test(each));
  }

  private async step(what: string): Promise<void> {
    this.did.push(what);
    const hook = this.before[what];
    delete this.before[what];
    await hook?.();
  }
}
