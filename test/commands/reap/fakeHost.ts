// A host in memory whose runs can be looked at and taken away; every change is written down in its order.
import { isSameProcess, type Liveness, type ProcessIdentity } from "../../../providers/lib/process/identity.ts";
import type { CoordinationStore, StoredRecord } from "../../../providers/lib/coordination/coordinationStore.ts";
import type { CoordinationRecord } from "../../../providers/lib/coordination/records.ts";
import { LockedError } from "../../../providers/lib/lock/flock.ts";
import type { Realms, ObservedDirectory, ObservedStack, ObservedRealm } from "../../../commands/reap/observed.ts";
import type { ReapHost } from "../../../commands/reap/host.ts";
import { entry, NOW, owner, seen } from "./observed.ts";

export const REAPER = owner(999);

export class FakeBoard implements CoordinationStore {
  entries: StoredRecord[] = [];
  readonly did: string[];
  private count = 0;

  constructor(did: string[]) {
    this.did = did;
  }

  hang(...notes: CoordinationRecord[]): void {
    for (const record of notes) this.entries.push({ ...entry(record), id: `id-${++this.count}` });
  }

  async create(name: string, record: CoordinationRecord): Promise<boolean> {
    if (this.entries.some(each => each.name === name)) return false;
    this.did.push(`put ${name}`);
    this.entries.push({ id: `id-${++this.count}`, name, created: "", version: 1, record });
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
    this.did.push(`${held ? "claim" : "give back"} ${found.name}`);
    this.entries = this.entries.map(each => (each === found ? { ...found, record, version: version + 1 } : each));
    return true;
  }

  async remove({ id, name }: Pick<StoredRecord, "id" | "name">): Promise<void> {
    this.did.push(`remove ${name}`);
    this.entries = this.entries.filter(each => each.id !== id);
  }
}

export class FakeWorld implements ReapHost {
  readonly did: string[] = [];
  readonly store = new FakeBoard(this.did);
  readonly holder = REAPER;
  readonly swarm = seen().swarm;
  readonly baseDomain = seen().baseDomain;
  readonly warmDomains = seen().warmDomains;
  readonly keycloak = seen().keycloak;

  time = NOW;
  realmsThere: ObservedRealm[] = [];
  unseen: Extract<Realms, { unseen: object }>["unseen"] | undefined;
  listStacks: string[] = [];
  pulumiThere: ObservedStack[] = [];
  dirsThere: ObservedDirectory[] = [];
  /** Owners that live, and that nobody can tell of, by pid; all others are dead. */
  alive = new Set<number>([REAPER.pid]);
  unknown = new Set<number>();
  leftOver = false;
  swarms: Record<string, string> = {};
  /** Until when the locks of a run are held by somebody. */
  lockedUntil: Record<string, number> = {};
  /** What a step does instead, once: `realm docs-9c1995`, `stack …`, `pulumi …`, `dir …`, `lock ci-…`. */
  readonly instead: Record<string, () => Promise<void> | void> = {};

  now = (): number => this.time;
  monotonicNow = this.now;
  sleep = async (ms: number): Promise<void> => void (this.time += ms);
  liveness = async ({ pid }: ProcessIdentity): Promise<Liveness> =>
    (this.alive.has(pid) && "alive") || (this.unknown.has(pid) && "unknown") || "dead";
  isStale = async (): Promise<boolean> => this.leftOver;

  realms = async (): Promise<Realms> => {
    this.did.push("look at realms");
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
      liveness: this.pulumiThere.find(each => each.name === stack)?.lock ?? "none",
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
  removePulumi = async (stack: string): Promise<void> => {
    await this.step(`pulumi ${stack}`);
    this.pulumiThere = this.pulumiThere.filter(each => each.name !== stack);
  };
  removeDir = async (run: string): Promise<void> => {
    await this.step(`dir ${run}`);
    this.dirsThere = this.dirsThere.filter(each => each.name !== run);
  };

  /** What was changed, or looked at by name, without the looks at the board. */
  changes(): string[] {
    return this.did.filter(each => !/^(store|lock ci-|look|swarm of)/.test(each));
  }

  private async step(what: string): Promise<void> {
    this.did.push(what);
    const other = this.instead[what];
    delete this.instead[what];
    await other?.();
  }
}
