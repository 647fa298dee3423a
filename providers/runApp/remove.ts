// Removes all of a run's app: containers, networks, volumes, secrets, .env and clone.
import { abraIn } from "../lib/abra/index.ts";
import { NotRemovedError, otherNodes, removeStack, stackOf } from "../lib/docker/index.ts";
import type { Log } from "../lib/text.ts";
import { monotonicNow, since } from "../lib/time/index.ts";
import { removeAppFiles } from "./abraFolder.ts";
import type { CheckedRunApp } from "./inputs.ts";
import { withAppLock } from "./lock.ts";
import { pathsOf } from "./paths.ts";
import { tryAbra, undeploy } from "./undeploy.ts";

/**
 * docker confirms the removal, whatever abra did. Absent is success. Throws NotRemovedError, which lists what remains.
 */
export async function removeApp(app: CheckedRunApp, log: Log): Promise<void> {
  const start = monotonicNow();
  const [stack, paths] = [stackOf(app.domain), pathsOf(app)];
  await withAppLock(app, log, async ({ fd }) => {
    const context = { app, stack, paths, abra: abraIn(paths.abraDir, fd), log };
    await undeploy(context).catch((error: unknown) => {
      if (!(error instanceof NotRemovedError)) throw error;
      log(`${app.recipe}: ${error.message}`);
    });
    await tryAbra(context, () => context.abra.removeApp(app.domain));
    await removeStack(stack);
    await removeAppFiles(paths, app.recipe);
  });
  const others = await otherNodes().catch(() => []);
  const left = `volumes of ${app.domain} on ${others.join(", ")}, if any, are left: hearth sees its own node only`;
  if (others.length > 0) log(`${app.recipe}: ${left}`);
  log(`${app.recipe}: removed ${app.domain} in ${since(start)}`);
}
