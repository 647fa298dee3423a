// WarmApp: one Co-op Cloud recipe kept deployed at one domain, upgraded with snapshots and rollback.
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type Wrapped, type WrappedTexts } from "../pulumi/resource.ts";
import type { BlockedRelease } from "./releaseTypes.ts";
import type { WarmAppArgs } from "./inputs.ts";

/** A WarmApp's inputs in a program; each value of `env` may be an output. */
type WarmAppResourceArgs = Omit<Wrapped<WarmAppArgs>, "env"> & { env?: WrappedTexts | undefined };

export class WarmApp extends DynamicResource {
  /** The app's domain. */
  declare readonly domain: pulumi.Output<string>;
  /** The version that runs. */
  declare readonly version: pulumi.Output<string>;
  /** Newer versions that aren't applied, each with its reasons. */
  declare readonly held: pulumi.Output<BlockedRelease[]>;
  /** `https://<domain>` */
  declare readonly url: pulumi.Output<string>;
  /** `healthy`, or what was observed instead. */
  declare readonly condition: pulumi.Output<string>;

  constructor(name: string, args: WarmAppResourceArgs, options?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "app:WarmApp",
        provider: "providers/app/provider.ts",
        outputs: ["version", "url", "held", "condition", "swarm", "adopted"],
      },
      name,
      args,
      options,
    );
  }
}
