// A Lease's inputs: the declaration and its types.
import { z } from "zod";
import { warmAppInputs } from "../app/inputs.ts";
import { runName } from "../lib/inputs/index.ts";

export const leaseInputs = z.strictObject({
  /** `<recipe>-<hex>` */
  run: runName,
  /** The Keycloak that the run asks for. `auto`: the warm one, else a dedicated one. */
  mode: z.enum(["auto", "warm", "dedicated", "none"]).default("auto"),
  /** The kept Keycloak, as the warm stack has it: what is looked at, and repaired where it is down. */
  keycloak: warmAppInputs,
  /** The domains that the run may deploy at. */
  domains: z.array(z.string()).default([]),
  /** How many runs may have a Keycloak of their own at once. */
  dedicatedLimit: z.int().min(0).default(1),
});

export type LeaseInputs = z.infer<typeof leaseInputs>;
export type LeaseArgs = z.input<typeof leaseInputs>;

/** What `check` adds. */
export type CheckedLease = LeaseInputs & { readonly swarm: string };
