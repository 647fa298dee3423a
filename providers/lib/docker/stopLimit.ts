// How long a stack may take to stop.
import type { Service } from "./stack.ts";

/** Milliseconds that Swarm may take beyond its services' own stop_grace_period. */
const MARGIN = 120_000;

/** Milliseconds until `services` must be gone: the longest stop_grace_period of them, and a margin. */
export function stopLimit(services: readonly Pick<Service, "stopGrace">[]): number {
  return MARGIN + Math.max(0, ...services.map(({ stopGrace }) => stopGrace)) * 1000;
}
