// The inputs of a Lease.
import { z } from "zod";
import { warmAppInputs } from "../app/inputs.ts";
import { runName } from "../lib/inputs/index.ts";

export const leaseInputs = z.strictObject({
  /** `<recipe>-<hex>` */
  run: runName,
  /** The requested Keycloak. `auto`: the warm one, else a dedicated one. */
  mode: z.enum(["auto", "warm", "dedicated", "none"]).default("auto"),
  /** The warm Keycloak, as in the warm stack: it is observed, and repaired if it is down. */
  keycloak: warmAppInputs,
  /** The domains where the run may deploy. */
  domains: z.array(z.string()).default([]),
  /** Runs that may have a dedicated Keycloak at once. */
  dedicatedLimit: z.int().min(0).default(1),
  /** Seconds to wait while the warm Keycloak is unreachable. */
  unreachableLimit: z.number().min(0).default(120),
});

type LeaseInputs = z.infer<typeof leaseInputs>;
export type LeaseArgs = z.input<typeof leaseInputs>;

/** `check` adds the swarm's id. */
export type CheckedLease = LeaseInputs & { readonly swarm: string };
