// A run's way in: its lease first, then a look for maintenance; where there is one, the lease comes down again, so that no side waits while it holds what the other waits for.
import { isSameProcess, type ProcessIdentity } from "../lib/process/index.ts";
import {
  type CoordinationHost,
  type CoordinationStore,
  describeHolder,
  foreignConfigMessage,
  isLease,
  isLeaseActive,
  isMaintenance,
  leaseName,
  leaseOf,
  type LeaseRecord,
  type MaintenanceRecord,
  MAX_CREATE_ATTEMPTS,
  removeStaleMaintenance,
  type StoredRecord,
} from "../lib/coordination/index.ts";

export type KeycloakKind = LeaseRecord["keycloak"];
/** Which Keycloak a run asks for; `none`: its recipe needs no one. */
export type KeycloakMode = "auto" | KeycloakKind;

/** The kept Keycloak, as a run finds it; `unclear`: its tasks are well, the way to it is not. */
export interface KeycloakState {
  readonly state: "up" | "down" | "unclear";
  readonly words: string;
}

export interface LeaseRequest {
  /** `<recipe>-<hex>` */
  readonly run: string;
  readonly mode: KeycloakMode;
  /** Where the kept Keycloak is deployed. */
  readonly keycloak: string;
  readonly domains: readonly string[];
  /** How many runs may have a Keycloak of their own at once. */
  readonly dedicatedLimit: number;
  readonly holder: ProcessIdentity | undefined;
  /** Milliseconds from now to the lease's end. */
  readonly duration: number;
}

/** All that a run looks at and does on its way in. */
export interface AcquireHost extends CoordinationHost {
  look(): Promise<KeycloakState>;
  /** Brings up at the version it had what is down, under the app's lock, unless somebody just did. Throws where that fails. */
  repair(): Promise<void>;
  /** Bytes of memory that a new process could have. */
  memory(): Promise<number>;
}

/** Milliseconds that a run waits for maintenance to end, and for a place for a Keycloak of its own. */
export const WAIT_LIMITS = { maintenance: 10 * 60_000, dedicated: 15 * 60_000 } as const;

/** Bytes that a Keycloak with its database wants: below, none is started. */
export const MIN_MEMORY = 1.5 * 1024 ** 3;

const PAUSE = 1_000;

/** Another run with this identity lives. */
export class RunExistsError extends Error {
  override readonly name = "RunExistsError";
}

/** The run doesn't get what it needs, and that isn't its recipe's fault. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/** A wish, and when it was made: by that a timed lease is known again. */
type LeaseAttempt = LeaseRequest & Pick<LeaseRecord, "acquiredAt">;

/** Resolves with the lease on the board and the Keycloak that the run gets. Throws RunExistsError, UnavailableError; then no lease of the run is left. */
export async function acquire(host: AcquireHost, asked: LeaseRequest): Promise<KeycloakKind> {
  const request: LeaseAttempt = { ...asked, acquiredAt: new Date(host.now()).toISOString() };
  try {
    return await decide(host, request, request.mode === "auto" ? "warm" : request.mode);
  } catch (error) {
    if (!(error instanceof RunExistsError)) await releaseOwn(host.store, request);
    throw error;
  }
}

/** `tried`: the kept Keycloak was found down, and had its repair. */
async function decide(
  host: AcquireHost,
  request: LeaseAttempt,
  first: KeycloakKind,
  tried = false,
): Promise<KeycloakKind> {
  const got = await pastMaintenance(host, request, first);
  if (got === "none") return got;
  if (got === "dedicated") {
    if (await ownPlace(host, request)) return got;
    host.say("keycloak is up again: the run takes that one");
    await releaseOwn(host.store, request);
    return decide(host, request, "warm");
  }
  const found = await host.look();
  if (found.state === "up") return got;
  if (found.state === "unclear")
    throw new UnavailableError(
      `keycloak ${found.words}: it runs, but nobody reaches it, nor would they one of the run's own`,
    );
  if (tried && request.mode === "warm")
    throw new UnavailableError(`keycloak ${found.words}, and hearth:keycloak says warm`);
  host.say(`keycloak ${found.words}: ${tried ? "the run gets one of its own" : "having it repaired"}`);
  // Who has the app's lock may be waiting for this lease to go.
  await releaseOwn(host.store, request);
  if (tried) return decide(host, request, "dedicated");
  await host.repair().catch((error: Error) => host.say(`keycloak couldn't be repaired: ${error.message}`));
  return decide(host, request, "warm", true);
}

/** The lease up, and no maintenance there that concerns it. */
async function pastMaintenance(host: AcquireHost, request: LeaseAttempt, first: KeycloakKind): Promise<KeycloakKind> {
  let kind = first;
  let told = "";
  for (const start = host.now(); ; await host.sleep(PAUSE)) {
    // Who was sent away looks before it comes again: leases that go up and down would keep the other side from ever seeing none.
    const still = told === "" ? undefined : await blockingMaintenance(host, request, kind);
    if (!still) await put(host, request, kind);
    const found = still ?? (await blockingMaintenance(host, request, kind));
    if (!found) return kind;
    const dead = (await host.liveness(found.record.holder)) === "dead";
    const over = dead && (found.record.stale || (await host.isStale(found.record)));
    if (over) {
      await removeStaleMaintenance(host.store, found);
      if (still) continue;
      return kind; // who took it over meanwhile did so after this lease, and sees it
    }
    if (!still) await releaseOwn(host.store, request);
    const { app, what, startedAt: since, holder } = found.record;
    const maintained = `${app} is in maintenance (${what}) since ${since}, by pid ${holder.pid} on ${holder.host}`;
    const late = host.now() - start >= WAIT_LIMITS.maintenance;
    if (dead || late) {
      const why = dead
        ? `${maintained}, which is dead`
        : `${maintained}: not over after ${WAIT_LIMITS.maintenance / 60_000} minutes`;
      // A Keycloak of its own helps against nothing but that: everything goes through Traefik.
      if (found.record.domain !== request.keycloak || request.mode !== "auto") throw new UnavailableError(why);
      host.say(`${why}; the run gets a Keycloak of its own`);
      kind = "dedicated";
    } else if (told !== maintained) {
      host.say(`waiting: ${maintained}`);
      told = maintained;
    }
  }
}

/** The maintenance that a run with such a Keycloak has to wait for. */
async function blockingMaintenance(
  { store }: AcquireHost,
  { keycloak }: LeaseRequest,
  kind: KeycloakKind,
): Promise<StoredRecord<MaintenanceRecord> | undefined> {
  const found = (await store.list()).find(isMaintenance);
  return found?.record.domain === keycloak && kind !== "warm" ? undefined : found;
}

/**
 * Waits until the run's lease is among the first `dedicatedLimit` dedicated ones and there is memory: the lease is its ticket. False where
 * the kept Keycloak came back meanwhile.
 */
async function ownPlace(host: AcquireHost, request: LeaseAttempt): Promise<boolean> {
  let told = "";
  for (const start = host.now(); ; await host.sleep(PAUSE)) {
    const before = await dedicatedBefore(host, request);
    const free = await host.memory();
    if (before.length < request.dedicatedLimit && free >= MIN_MEMORY) return true;
    const why =
      before.length >= request.dedicatedLimit
        ? request.dedicatedLimit === 0
          ? "hearth:dedicatedLimit is 0"
          : `${before.map(({ record }) => record.run).join(", ")} ${before.length === 1 ? "has" : "have"} a Keycloak of their own, and hearth:dedicatedLimit is ${request.dedicatedLimit}`
        : `only ${(free / 1024 ** 3).toFixed(1)} GB of memory are available, and a Keycloak wants ${MIN_MEMORY / 1024 ** 3}`;
    if (host.now() - start >= WAIT_LIMITS.dedicated)
      throw new UnavailableError(`no Keycloak of its own after ${WAIT_LIMITS.dedicated / 60_000} minutes: ${why}`);
    if (told !== why) host.say(`waiting: ${why}`);
    told = why;
    if (request.mode === "auto" && (await isBack(host, request))) return false;
  }
}

async function isBack({ store, look }: AcquireHost, { keycloak }: LeaseRequest): Promise<boolean> {
  const maintained = (await store.list()).some(each => isMaintenance(each) && each.record.domain === keycloak);
  return !maintained && (await look()).state === "up";
}

/** Living dedicated leases that hang there longer than this run's. */
async function dedicatedBefore(
  { store, liveness, now }: AcquireHost,
  request: LeaseAttempt,
): Promise<StoredRecord<LeaseRecord>[]> {
  const dedicated = (await store.list()).filter(isLease).filter(({ record }) => record.keycloak === "dedicated");
  const own = dedicated.find(({ record }) => isOwn(record, request));
  if (!own) throw new UnavailableError(`the lease of ${request.run} was taken away meanwhile`);
  const older = dedicated.filter(
    each => each.created < own.created || (each.created === own.created && each.id < own.id),
  );
  const living = await Promise.all(older.map(each => isLeaseActive(each.record, now(), liveness)));
  return older.filter((_, at) => living[at]);
}

async function put(
  { store, now, liveness }: AcquireHost,
  request: LeaseAttempt,
  keycloak: KeycloakKind,
): Promise<void> {
  const at = now();
  const expiresAt = new Date(at + request.duration).toISOString();
  const record: LeaseRecord = {
    format: 1,
    kind: "run",
    run: request.run,
    keycloak,
    domains: [...request.domains],
    acquiredAt: request.acquiredAt,
    expiresAt,
    ...(request.holder ? { holder: request.holder } : {}),
  };
  for (let tries = 1; ; tries++) {
    if (await store.create(leaseName(request.run), record)) return;
    const there = (await store.list()).find(each => each.name === leaseName(request.run));
    if (!there && tries === MAX_CREATE_ATTEMPTS) throw new RunExistsError(foreignConfigMessage(leaseName(request.run)));
    if (!there) continue; // gone between the two calls
    if (!isLease(there)) throw new RunExistsError(`the name ${there.name} is taken by something that is no lease`);
    const own = isOwn(there.record, request);
    if (!own && (await isLeaseActive(there.record, at, liveness)))
      throw new RunExistsError(
        `a run with this identity is under way: ${there.record.run}, since ${there.record.acquiredAt}, ${describeHolder(there.record)}`,
      );
    // This process's own, of an earlier try, keeps its place; what a dead one left lends none: it may be older than those of runs that are in.
    if (!(await store.replace(there, record))) continue;
    if (own && there.record.keycloak === keycloak) return;
    await store.remove(there);
  }
}

function isOwn({ run, holder, acquiredAt: since }: LeaseRecord, request: LeaseAttempt): boolean {
  if (run !== request.run) return false;
  return holder && request.holder
    ? isSameProcess(holder, request.holder)
    : holder === request.holder && since === request.acquiredAt;
}

/** Nobody else's with this run's identity: it may have been taken over, or never been this process's. */
async function releaseOwn(store: CoordinationStore, request: LeaseAttempt): Promise<void> {
  const there = await leaseOf(store, request.run);
  if (there && isOwn(there.record, request)) await store.remove(there);
}

/** Takes the run's lease off the board. Absent is success. */
export async function releaseLease(store: CoordinationStore, run: string): Promise<void> {
  const own = await leaseOf(store, run);
  if (own) await store.remove(own);
}
