// A run's app gone without a trace: containers, networks, volumes, secrets, .env and clone.
import { abraIn, stackOf } from "../lib/abra/index.ts";
import { NotRemovedError, removeStack } from "../lib/docker/index.ts";
import type { Log } from "../app/context.ts";
import type { RunApp } from "../app/inputs.ts";
import { undeploy, tried } from "./undeploy.ts";
import { forgetApp } from "./abraFolder.ts";
import { locked } from "./locked.ts";
import { pathsOf } from "./paths.ts";

/** Proved by docker at the end, whatever abra said or knew. Absent is success. Throws NotRemovedError, with what is left. */
export async function removeApp(app: RunApp, say: Log): Promise<void> {
  const start = Date.now();
  const [stack, place] = [stackOf(app.domain), pathsOf(app)];
  await locked(app, say, async ({ fd }) => {
    const placed = { app, stack, place, abra: abraIn(place.abraDir, fd), say };
    await undeploy(placed).catch((error: unknown) => {
      if (!(error instanceof NotRemovedError)) throw error;
      say(`${app.recipe}: ${error.message}`);
    });
    await tried(placed, () => placed.abra.removeApp(app.domain));
    await removeStack(stack);
    await forgetApp(place, app.recipe);
  });
  say(`${app.recipe}: ${app.domain} gone after ${((Date.now() - start) / 1000).toFixed(1)} s`);
}
