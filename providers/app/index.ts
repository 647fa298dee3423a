// App: one recipe of Co-op Cloud deployed at one domain, kept warm.
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type Wrapped } from "../dynamic.ts";
import type { AppArgs } from "./inputs.ts";

export class App extends DynamicResource {
  /** Where it is deployed. */
  declare readonly domain: pulumi.Output<string>;
  /** The version that really runs. */
  declare readonly version: pulumi.Output<string>;
  /** Newer versions that weren't applied, each with its reasons. */
  declare readonly held: pulumi.Output<string[]>;
  /** `https://<domain>` */
  declare readonly url: pulumi.Output<string>;
  /** `healthy`, or what the last look said. */
  declare readonly condition: pulumi.Output<string>;

  constructor(name: string, args: Wrapped<AppArgs>, options?: pulumi.CustomResourceOptions) {
    super(
      { type: "app:App", provider: "providers/app/provider.ts", outputs: ["version", "url", "held", "condition", "swarm", "adopted"] },
      name,
      args,
      options,
    );
  }
}
