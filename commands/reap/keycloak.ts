// Lists the realms of the warm Keycloak, or explains why they can't be listed.
import type { WarmAppInputs } from "../../providers/app/inputs.ts";
import { ProgramError } from "../../providers/lib/process/index.ts";
import { type Admin, KeycloakError, NotUpError } from "../../providers/lib/keycloak/index.ts";
import { removeRealm, type RealmHost } from "../../providers/realm/reconcile.ts";
import { NoContainerError } from "../../providers/lib/docker/index.ts";
import type { Realms } from "./observed.ts";
import { SkippedError } from "./host.ts";

export type WarmKeycloak = Pick<WarmAppInputs, "domain" | "stateDir">;

/** Lists its realms. A Keycloak that is down is not a failure; one that answers with an error is. */
export async function listRealms(logIn: () => Promise<Admin>): Promise<Realms> {
  try {
    return { all: await (await logIn()).list() };
  } catch (error) {
    if (isDown(error)) return { unseen: { reason: "keycloak is down", detail: error.message, failure: false } };
    if (error instanceof KeycloakError)
      return { unseen: { reason: "keycloak query failed", detail: error.message, failure: true } };
    throw error;
  }
}

/**
 * Deletes the run's realm. Returns whether it existed. Throws SkippedError if Keycloak is down, else as `removeRealm`.
 */
export async function removeRealmOf(
  run: string,
  swarm: string,
  { domain, stateDir }: WarmKeycloak,
  host: RealmHost,
): Promise<boolean> {
  try {
    return await removeRealm({ name: run, run, swarm, stateDir, keycloak: { domain } }, host);
  } catch (error) {
    if (isDown(error)) throw new SkippedError("keycloak is down", error.message, error);
    throw error;
  }
}

/** No container runs, the ingress has no backend, or there is no response. */
export function isDown(error: unknown): error is Error {
  if (error instanceof ProgramError) return /is not running|no such container/i.test(error.result.stderr);
  return (
    error instanceof NoContainerError ||
    error instanceof NotUpError ||
    (error instanceof KeycloakError && error.status === undefined)
  );
}
