// Lease: records that a run is active, and decides which Keycloak it gets.
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type Wrapped } from "../pulumi/resource.ts";
import type { LeaseArgs } from "./inputs.ts";

export class Lease extends DynamicResource {
  /** `warm`, `dedicated`, or `none` if the run needs none. */
  declare readonly keycloakKind: pulumi.Output<"warm" | "dedicated" | "none">;
  /** The version of the warm Keycloak, else its last good version; empty without one. */
  declare readonly keycloakVersion: pulumi.Output<string>;
  /** When the warm Keycloak passed its gate at that version, in ISO 8601; empty if unknown. */
  declare readonly keycloakSince: pulumi.Output<string>;

  constructor(name: string, args: Wrapped<LeaseArgs>, options?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "lease:Lease",
        provider: "providers/lease/provider.ts",
        outputs: ["keycloakKind", "keycloakVersion", "keycloakSince", "swarm"],
      },
      name,
      args,
      options,
    );
  }
}
