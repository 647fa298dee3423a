// Creates and deletes a realm: observes first, retries transient failures, proves the result.
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import pRetry from "p-retry";
import { withOneOf } from "../lib/lock/index.ts";
import { NoContainerError } from "../lib/docker/index.ts";
import { isOurs, KeycloakError, representation, type Admin, type Credentials } from "../lib/keycloak/index.ts";
import { MasterRealmError, type CheckedRealm } from "./inputs.ts";
import type { Log } from "../lib/text.ts";
import { monotonicNow, since } from "../lib/time/index.ts";

export class ForeignRealmError extends Error {
  override readonly name = "ForeignRealmError";
  constructor(realm: string) {
    super(`realm ${realm} belongs to another owner or to none: its attributes don't name this run`);
  }
}

class NotRemovedError extends Error {}

export interface RealmHost {
  /** A session with a new token. */
  readonly logIn: () => Promise<Admin>;
  readonly log: Log;
  /** Milliseconds before the first retry. Default: 500. */
  readonly pause?: number;
}

/**
 * Ensures the whole realm and returns its credentials. An existing realm (from a request that timed out, or an earlier
 * up) is adopted if this run owns it, and gets new credentials. Throws ForeignRealmError, KeycloakError.
 */
export async function ensureRealm(realm: CheckedRealm, host: RealmHost): Promise<Credentials> {
  refuseMaster(realm.name);
  const credentials = {
    clientSecret: randomBytes(24).toString("base64url"),
    password: randomBytes(18).toString("base64url"),
  };
  const start = monotonicNow();
  await withRetries(host, async () => {
    const admin = await host.logIn();
    try {
      await inTurn(realm, host, () => admin.create(representation(realm, credentials, new Date().toISOString())));
    } catch (error) {
      if (!(error instanceof KeycloakError) || !error.passing) throw error;
      await adopt(realm, credentials, host, error);
    }
  });
  host.log(`realm ${realm.name}: created in ${since(start)}`);
  return credentials;
}

/** After a failed create: what exists now decides. */
async function adopt(
  realm: CheckedRealm,
  credentials: Credentials,
  host: RealmHost,
  failure: KeycloakError,
): Promise<void> {
  const admin = await host.logIn();
  const found = await admin.find(realm.name);
  if (!found) throw failure;
  if (!isOurs(found, realm)) throw new ForeignRealmError(realm.name);
  // A token from before the realm's creation gets 403 in it; this session is newer.
  await admin.setCredentials(realm.name, realm.client.id, realm.user.username, credentials);
  host.log(`realm ${realm.name}: exists and belongs to this run; adopted`);
}

/** What is needed to delete a realm. */
type OwnRealm = Pick<CheckedRealm, "name" | "run" | "swarm" | "stateDir"> & {
  readonly keycloak: Pick<CheckedRealm["keycloak"], "domain">;
};

/**
 * Deletes the realm and proves its absence. Returns whether it existed; absent is success. Throws ForeignRealmError,
 * KeycloakError.
 */
export async function removeRealm(realm: OwnRealm, host: RealmHost): Promise<boolean> {
  refuseMaster(realm.name);
  const start = monotonicNow();
  let existed = false;
  await withRetries(host, async () => {
    const admin = await host.logIn();
    const found = await admin.find(realm.name);
    if (!found) return;
    if (!isOurs(found, realm)) throw new ForeignRealmError(realm.name);
    existed = true;
    await inTurn(realm, host, () => admin.remove(realm.name));
    if (await admin.find(realm.name)) throw new NotRemovedError(`delete realm ${realm.name}: it still exists`);
  });
  host.log(`realm ${realm.name}: ${existed ? `deleted in ${since(start)}` : "not found, nothing to delete"}`);
  return existed;
}

/** Two at a time per Keycloak, across processes: MariaDB deadlocks under a burst (500 for 8 of 20 creates). */
function inTurn<T>(realm: OwnRealm, { log }: RealmHost, work: () => Promise<T>): Promise<T> {
  const folder = join(realm.stateDir, "keycloak", realm.keycloak.domain);
  return withOneOf([join(folder, "slot-0"), join(folder, "slot-1")], work, {
    onWait: () => log(`realm ${realm.name}: waiting: two others are being created or deleted`),
  });
}

function withRetries<T>({ pause = 500, log }: RealmHost, work: () => Promise<T>): Promise<T> {
  const isTransient = (error: Error) =>
    (error instanceof KeycloakError && error.passing) ||
    error instanceof NotRemovedError ||
    error instanceof NoContainerError;
  return pRetry(work, {
    retries: 5,
    minTimeout: pause,
    maxTimeout: pause * 10,
    randomize: true,
    shouldRetry: ({ error }) => isTransient(error),
    onFailedAttempt: ({ error, retriesLeft }) => {
      if (isTransient(error) && retriesLeft > 0) log(`${error.message}; trying again`);
    },
  });
}

function refuseMaster(name: string): void {
  if (name.toLowerCase() === "master") throw new MasterRealmError();
}
