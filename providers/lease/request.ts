// A run's request for a lease, the host that it needs, and the errors.
import type { CoordinationHost, KeycloakKind, LeaseRecord } from "../lib/coordination/index.ts";
import type { ProcessIdentity } from "../lib/process/index.ts";

/** The requested Keycloak; `none` if the recipe needs none. */
export type KeycloakMode = "auto" | KeycloakKind;

/** The observed warm Keycloak; `unclear`: the route to it fails, or it can't be observed. */
export interface KeycloakState {
  readonly state: "up" | "down" | "unclear";
  /** Completes a sentence: `is down: HTTP 502`. */
  readonly words: string;
}

export interface LeaseRequest {
  /** `<recipe>-<hex>` */
  readonly run: string;
  readonly mode: KeycloakMode;
  /** Domain of the warm Keycloak. */
  readonly keycloak: string;
  readonly domains: readonly string[];
  /** Runs that may have a dedicated Keycloak at once. */
  readonly dedicatedLimit: number;
  /** Milliseconds to wait while the route to the warm Keycloak fails. */
  readonly unreachableLimit: number;
  readonly holder: ProcessIdentity | undefined;
  /** Milliseconds until the lease expires. */
  readonly duration: number;
}

/** A request and its time, by which a process recognizes its own timed lease. */
export type LeaseAttempt = LeaseRequest & Pick<LeaseRecord, "acquiredAt">;

export interface AcquireHost extends CoordinationHost {
  observe(): Promise<KeycloakState>;
  /** Redeploys the warm Keycloak at its version, under the app's lock. Throws on failure or a recent attempt. */
  repair(): Promise<void>;
  /** Bytes of memory available to a new process. */
  memory(): Promise<number>;
}

/** Milliseconds that a run waits for maintenance to end, and for a dedicated Keycloak. */
export const WAIT_LIMITS = { maintenance: 10 * 60_000, dedicated: 15 * 60_000 } as const;

export const POLL_INTERVAL = 1_000;

/** A run with the same name is active. */
export class RunExistsError extends Error {
  override readonly name = "RunExistsError";
}

/** The run can't get a Keycloak or a lease; its recipe isn't the reason. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
