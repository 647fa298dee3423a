// Picks the program by the stack's name.
import * as pulumi from "@pulumi/pulumi";
import { flushCompileCache } from "node:module";
import { runOfStack } from "../providers/lib/run/index.ts";
import { ConfigError, readConfig } from "./config.ts";

const stack = pulumi.getStack();

export const outputs = await program();
// Pulumi ends its processes before Node would write the cache by itself.
flushCompileCache();

async function program(): Promise<object> {
  try {
    const run = runOfStack(stack);
    if (run) return (await import("./ci.ts")).runStack(run, readConfig(pulumi.runtime.allConfig()));
    if (stack === "warm") return (await import("./warm.ts")).warmStack(readConfig(pulumi.runtime.allConfig()));
    throw new ConfigError(`hearth has no stack "${stack}": warm holds the kept apps, ci-<recipe>-<6 hex digits> a run`);
  } catch (error) {
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
