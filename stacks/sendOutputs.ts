// Leaves a run's outputs with the `hearth run` that waits for them.
import * as pulumi from "@pulumi/pulumi";
import { MAILBOX, send } from "../providers/lib/run/outputChannel.ts";

/** Sends `outputs` once all are known. */
export function tell(outputs: Record<string, unknown>, path = process.env[MAILBOX]): void {
  if (path === undefined || pulumi.runtime.isDryRun()) return;
  pulumi.all(outputs as Record<string, pulumi.Input<unknown>>).apply(values => send({ outputs: values }, path));
}
