// Renews an app's maintenance while its process works, so that it expires only if that process can't renew it.
import { errorMessage } from "../text.ts";
import type { CoordinationHost } from "./coordinationStore.ts";
import { RENEW_INTERVAL } from "./liveness.ts";
import { renewMaintenance, type MaintenanceRequest } from "./maintenance.ts";

interface KeepOptions {
  /** Whether the operation that it belongs to is open, and this process's. */
  readonly isOpen: () => Promise<boolean>;
  /** Milliseconds between two renewals. */
  readonly every?: number;
}

/**
 * Renews the maintenance until the returned function is called, or another process has it. A failed renewal is logged
 * and repeated. It doesn't keep this process alive.
 */
export function keepMaintenance(
  host: CoordinationHost,
  request: MaintenanceRequest,
  { isOpen, every = RENEW_INTERVAL }: KeepOptions,
): () => void {
  let isStopped = false;
  const isWanted = async () => !isStopped && (await isOpen()) && !isStopped;
  const renew = async () => {
    const isHeld = await renewMaintenance(host, request, isWanted);
    if (isHeld || isStopped) return;
    stop();
    if (await isOpen()) host.log(`warning: maintenance of ${request.app} is held by another process`);
  };
  const timer = setInterval(() => {
    renew().catch(error => host.log(`warning: maintenance not renewed: ${errorMessage(error)}`));
  }, every).unref();
  const stop = () => {
    isStopped = true;
    clearInterval(timer);
  };
  return stop;
}
