// Runs the program that the stack's name selects.
import * as pulumi from "@pulumi/pulumi";
import { flushCompileCache } from "node:module";
import { runOfStack } from "../providers/lib/run/index.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { secretKeys, secretsMessage } from "./configSecrets.ts";
import { PulumiVersionError, requirePulumi } from "./pulumiVersion.ts";

const stack = pulumi.getStack();

export const outputs = await program();
// Pulumi kills its processes before Node writes the compile cache on exit.
flushCompileCache();

/** Throws ConfigError. */
function stackConfig(): Config {
  const all = pulumi.runtime.allConfig();
  const message = secretsMessage(secretKeys());
  if (message !== undefined) throw new ConfigError(message);
  return readConfig(all);
}

async function program(): Promise<object> {
  try {
    const run = runOfStack(stack);
    if (run) return (await import("./ci.ts")).runStack(run, stackConfig());
    if (stack === "warm") {
      const [{ warmStack }] = await Promise.all([import("./warm.ts"), requirePulumi()]);
      return warmStack(stackConfig());
    }
    throw new ConfigError(`stack "${stack}" not found: expected warm, or ci-<recipe>-<6 hex digits> for a run`);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof PulumiVersionError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
