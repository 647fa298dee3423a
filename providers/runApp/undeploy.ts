// Undeploys a run's app through abra, or through docker if abra fails, and waits until it is removed.
import { access } from "node:fs/promises";
import { AbraError } from "../lib/abra/index.ts";
import { docker, servicesOf, stopLimit, waitUntilRemoved } from "../lib/docker/index.ts";
import { ProgramError } from "../lib/process/index.ts";
import { errorMessage } from "../lib/text.ts";
import type { RunContext } from "./context.ts";

/**
 * Resolves once its services, containers and networks are removed; volumes and secrets stay. Absent is success. Throws
 * NotRemovedError.
 */
export async function undeploy(context: RunContext): Promise<void> {
  const { app, stack, abra } = context;
  const services = await servicesOf(stack);
  if (services.length > 0) {
    const undeployed = await tryAbra(context, () => abra.undeploy(app.domain));
    if (!undeployed) await docker(["stack", "rm", stack], `undeploy ${stack}`);
  }
  await waitUntilRemoved(stack, stopLimit(services));
}

/** Returns whether abra succeeded. Skips abra if it does not know the app. Logs a failure: docker is used instead. */
export async function tryAbra({ app, paths, log }: RunContext, action: () => Promise<void>): Promise<boolean> {
  const isKnown = await access(paths.env).then(
    () => true,
    () => false,
  );
  if (!isKnown) return false;
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof AbraError) && !(error instanceof ProgramError)) throw error;
    if (error instanceof AbraError && error.kind === "not deployed") return true;
    log(`${app.recipe}: ${errorMessage(error).split("\n")[0]}; using docker instead`);
    return false;
  }
}
