// Realm: one run's realm on a Keycloak, with a client and a user that can log in.
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type Wrapped } from "../pulumi/resource.ts";
import type { RealmArgs } from "./inputs.ts";

export class Realm extends DynamicResource {
  declare readonly name: pulumi.Output<string>;
  /** `https://<domain>/realms/<name>` */
  declare readonly issuer: pulumi.Output<string>;
  /** The issuer's discovery document. */
  declare readonly discoveryUrl: pulumi.Output<string>;
  declare readonly clientId: pulumi.Output<string>;
  /** Secret. */
  declare readonly clientSecret: pulumi.Output<string>;
  declare readonly username: pulumi.Output<string>;
  /** Secret. */
  declare readonly password: pulumi.Output<string>;

  constructor(name: string, args: Wrapped<RealmArgs>, options?: pulumi.CustomResourceOptions) {
    const registration = {
      type: "realm:Realm",
      provider: "providers/realm/provider.ts",
      outputs: ["issuer", "discoveryUrl", "clientId", "clientSecret", "username", "password"],
      secrets: ["clientSecret", "password"],
    };
    super(registration, name, args, options);
  }
}
