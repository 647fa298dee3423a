// Lease: the sign that a run is in flight, and the decision which Keycloak it gets.
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type Wrapped } from "../pulumi/resource.ts";
import type { LeaseArgs } from "./inputs.ts";

export class Lease extends DynamicResource {
  /** `warm`, `dedicated`, or `none` where none is needed. */
  declare readonly keycloakKind: pulumi.Output<"warm" | "dedicated" | "none">;
  /** The version of the kept Keycloak, or the last that ran well; empty where none ever did. */
  declare readonly keycloakVersion: pulumi.Output<string>;
  /** When the kept Keycloak had passed its gate at that version: ISO; empty where it isn't known. */
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
