// RunApp: an app deployed for one CI run. Deleting it leaves nothing behind.
import * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type Wrapped, type WrappedTexts } from "../pulumi/resource.ts";
import type { RunAppArgs } from "./inputs.ts";

/** A RunApp's inputs in a program; each value of `env` and `secretValues` may be an output. */
type RunAppResourceArgs = Omit<Wrapped<RunAppArgs>, "env" | "secretValues"> & {
  env?: WrappedTexts | undefined;
  secretValues?: WrappedTexts | undefined;
};

export class RunApp extends DynamicResource {
  /** The app's domain. */
  declare readonly domain: pulumi.Output<string>;
  /** The version that runs: a tag, or abra's name of a checkout. */
  declare readonly version: pulumi.Output<string>;
  /** `https://<domain>` */
  declare readonly url: pulumi.Output<string>;
  /** `healthy`, or what was observed instead. */
  declare readonly condition: pulumi.Output<string>;

  /** `secretValues` become Pulumi secrets, in the inputs and in the state. */
  constructor(name: string, args: RunAppResourceArgs, options?: pulumi.CustomResourceOptions) {
    const { secretValues, ...rest } = args;
    super(
      {
        type: "runApp:RunApp",
        provider: "providers/runApp/provider.ts",
        outputs: ["version", "url", "condition", "swarm"],
        secrets: ["secretValues"],
      },
      name,
      secretValues === undefined ? rest : { ...rest, secretValues: pulumi.secret(secretValues) },
      options,
    );
  }
}
