// Tells the waiting `hearth run` that a run is usable, and its outputs.
import * as pulumi from "@pulumi/pulumi";
import { OUTPUT_CHANNEL, send } from "../providers/lib/run/index.ts";

/** Sends `outputs` once all are known. Does nothing in a preview, or without a `path` of a waiting process. */
export function sendOutputs(outputs: Record<string, unknown>, path = process.env[OUTPUT_CHANNEL]): void {
  if (path === undefined || pulumi.runtime.isDryRun()) return;
  pulumi.all(outputs as Record<string, pulumi.Input<unknown>>).apply(values => send({ outputs: values }, path));
}

/** Reports that the run can be used once `usable` is known. Does nothing in a preview, or without a waiting process. */
export function sendUsable(usable: pulumi.Output<unknown>, path = process.env[OUTPUT_CHANNEL]): void {
  if (path === undefined || pulumi.runtime.isDryRun()) return;
  usable.apply(() => send({ usable: true }, path));
}
