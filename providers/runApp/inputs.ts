// The inputs of a RunApp, and what `check` adds to them.
import { z } from "zod";
import { absolutePath, commonAppInputs, runName, secretName } from "../lib/inputs/index.ts";

export const runAppInputs = z.strictObject({
  ...commonAppInputs,
  run: runName.describe("Run that the app belongs to: <recipe>-<hex>."),
  checkout: absolutePath
    .optional()
    .describe("Absolute path of a working tree of the recipe to deploy, uncommitted changes included. Default: none."),
  secretValues: z
    .record(secretName, z.string().min(1))
    .default({})
    .describe("Secret values by abra's name of the secret; encrypted in Pulumi's state. Default: none."),
});

export type RunAppInputs = z.infer<typeof runAppInputs>;
/** As a program may write them: fields with a default are optional. */
export type RunAppArgs = z.input<typeof runAppInputs>;

/** The inputs as `check` returns them. `version` is a tag, except for a checkout. */
export interface CheckedRunApp extends RunAppInputs {
  /** `healthy`, or what was observed instead. */
  readonly condition: string;
  /** Id of the swarm that the app runs on. */
  readonly swarm: string;
  /** Identifies the content of the checkout; absent for a release. */
  readonly revision?: string;
}
