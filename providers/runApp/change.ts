// What changes a run's app; loaded where something is to be changed.
import { probeAbra, stackOf } from "../lib/abra/index.ts";
import { servicesOf, versionLabel } from "../lib/docker/index.ts";
import type { Log } from "../app/context.ts";
import type { RunApp } from "../app/inputs.ts";
import { ensure } from "./ensure.ts";
import { liveHost } from "./liveHost.ts";
import { locked } from "./locked.ts";

export { removeApp } from "./remove.ts";
export { changedSecrets } from "./secrets.ts";

/** The app as wanted, and well for a whole window; gives back the version that abra says runs. `renew`: secrets whose value may be another one by now. */
export async function ensureApp(app: RunApp, renew: readonly string[], say: Log): Promise<string> {
  await probeAbra();
  return locked(app, say, async ({ fd }) => {
    await ensure(await liveHost(app, fd, say), renew);
    const stack = stackOf(app.domain);
    return versionLabel(stack, await servicesOf(stack)) ?? app.version;
  });
}
