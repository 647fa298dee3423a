// Acquires a run's lease: first the lease, then a check for maintenance. During maintenance the run releases its lease
// and waits, so that runs and upgrades cannot deadlock.
import type { KeycloakKind } from "../lib/coordination/index.ts";
import { InterruptedError } from "../lib/run/index.ts";
import { waitForDedicatedSlot } from "./dedicatedSlot.ts";
import { releaseOwnLease } from "./leaseRecord.ts";
import { leaseWithoutMaintenance } from "./maintenanceWait.ts";
import {
  POLL_INTERVAL,
  RunExistsError,
  UnavailableError,
  type AcquireHost,
  type KeycloakState,
  type LeaseAttempt,
  type LeaseRequest,
} from "./request.ts";

/** Acquires the lease and returns the Keycloak that the run gets. If it throws, the run has no lease. */
export async function acquire(host: AcquireHost, request: LeaseRequest): Promise<KeycloakKind> {
  const attempt: LeaseAttempt = { ...request, acquiredAt: new Date(host.now()).toISOString() };
  try {
    return await decide(host, attempt, attempt.mode === "auto" ? "warm" : attempt.mode);
  } catch (error) {
    if (!(error instanceof RunExistsError)) await releaseOwnLease(host.store, attempt);
    throw error;
  }
}

/** `repaired`: a repair of the warm Keycloak was attempted. */
async function decide(
  host: AcquireHost,
  attempt: LeaseAttempt,
  preferred: KeycloakKind,
  repaired = false,
): Promise<KeycloakKind> {
  const kind = await leaseWithoutMaintenance(host, attempt, preferred);
  if (kind === "none") return kind;
  if (kind === "dedicated") return dedicatedOrWarm(host, attempt);
  const { state, words } = await observeReachable(host, attempt);
  if (state === "up") return kind;
  if (state === "unclear")
    throw new UnavailableError(
      `keycloak ${words}; waited ${attempt.unreachableLimit / 1000} s (hearth:wait.keycloak); ` +
        "a dedicated one would be reached by the same route",
    );
  if (repaired && attempt.mode === "warm")
    throw new UnavailableError(`keycloak ${words}, and hearth:keycloak is warm: no dedicated one is allowed`);
  host.log(`keycloak ${words}: ${repaired ? "the run gets a dedicated one" : "repairing it"}`);
  // The process that has the app's lock may be waiting for this lease.
  await releaseOwnLease(host.store, attempt);
  if (repaired) return decide(host, attempt, "dedicated");
  await host.repair().catch((error: Error) => {
    if (error instanceof InterruptedError) throw error;
    host.log(`keycloak can't be repaired: ${error.message}`);
  });
  return decide(host, attempt, "warm", true);
}

/** Waits while only the route to Keycloak fails: an ingress that restarts is back within seconds. */
async function observeReachable(
  host: AcquireHost,
  { unreachableLimit }: Pick<LeaseAttempt, "unreachableLimit">,
): Promise<KeycloakState> {
  let logged: string | undefined;
  for (const start = host.monotonicNow(); ; await host.sleep(POLL_INTERVAL)) {
    const observed = await host.observe();
    if (observed.state !== "unclear" || host.monotonicNow() - start >= unreachableLimit) return observed;
    if (logged !== observed.words) host.log(`waiting: keycloak ${observed.words}`);
    logged = observed.words;
  }
}

async function dedicatedOrWarm(host: AcquireHost, attempt: LeaseAttempt): Promise<KeycloakKind> {
  if (await waitForDedicatedSlot(host, attempt)) return "dedicated";
  host.log("keycloak is up again: the run uses it");
  await releaseOwnLease(host.store, attempt);
  return decide(host, attempt, "warm");
}
