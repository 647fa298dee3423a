// App: one recipe of Co-op Cloud deployed at one domain, kept warm or for as long as a run.
import * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type Wrapped } from "../pulumi/resource.ts";
import type { AppArgs } from "./inputs.ts";

type Texts = pulumi.Input<Record<string, pulumi.Input<string>>>;

/** An App's inputs as a program may give them; in `env` and `secretValues` each value may be an output of its own. */
export type AppInputArgs = Omit<Wrapped<AppArgs>, "env" | "secretValues"> & {
  env?: Texts | undefined;
  secretValues?: Texts | undefined;
};

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

  constructor(name: string, args: AppInputArgs, options?: pulumi.CustomResourceOptions) {
    const registration = {
      type: "app:App",
      provider: "providers/app/provider.ts",
      outputs: ["version", "url", "held", "condition", "swarm", "adopted"],
    };
    if (args.secretValues === undefined) super(registration, name, args, options);
    else
      super(
        { ...registration, secrets: ["secretValues"] },
        name,
        { ...args, secretValues: pulumi.secret(args.secretValues) },
        options,
      );
  }
}
