// Leaves a run's outputs with the `hearth run` that waits for them.
import * as pulumi from "@pulumi/pulumi";
import { OUTPUT_CHANNEL, send } from "../providers/lib/run/index.ts";

/** Sends `outputs` once all are known. */
export function sendOutputs(outputs: Record<string, unknown>, path = process.env[OUTPUT_CHANNEL]): void {
  if (path === undefined || pulumi.runtime.isDryRun()) return;
  pulumi.all(outputs as Record<string, pulumi.Input<unknown>>).apply(values => send({ outputs: values }, path));
}
