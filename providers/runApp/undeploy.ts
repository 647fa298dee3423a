// A run's app taken down, and waited for: by abra, and where abra can't, by docker.
import { access } from "node:fs/promises";
import { type Abra, AbraError } from "../lib/abra/index.ts";
import { ProgramError } from "../lib/process/index.ts";
import { docker, servicesOf, waitUntilRemoved } from "../lib/docker/index.ts";
import type { Log } from "../app/context.ts";
import type { RunApp } from "../app/inputs.ts";
import type { Paths } from "./paths.ts";
import { errorMessage } from "../lib/text.ts";

/** A run's app on this host, under its lock. */
export interface RunContext {
  readonly app: RunApp;
  readonly stack: string;
  readonly place: Paths;
  readonly abra: Abra;
  readonly say: Log;
}

/** Resolves once no service, container and network of it is left; volumes and secrets stay. Absent is success. Throws NotRemovedError. */
export async function undeploy(placed: RunContext): Promise<void> {
  const { app, stack, abra } = placed;
  if ((await servicesOf(stack)).length > 0) {
    const byAbra = await tried(placed, () => abra.undeploy(app.domain));
    if (!byAbra) await docker(["stack", "rm", stack], `undeploy ${stack}`);
  }
  await waitUntilRemoved(stack);
}

/** Whether abra did it. abra is asked only where it knows the app; what it says against it is told, and no more: docker can do it too. */
export async function tried({ app, place, say }: RunContext, work: () => Promise<void>): Promise<boolean> {
  const known = await access(place.env).then(
    () => true,
    () => false,
  );
  if (!known) return false;
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof AbraError) && !(error instanceof ProgramError)) throw error;
    if (error instanceof AbraError && error.kind === "not deployed") return true;
    say(`${app.recipe}: ${errorMessage(error).split("\n")[0]}; docker does it`);
    return false;
  }
}
