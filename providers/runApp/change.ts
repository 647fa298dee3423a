// Changes a run's app. The provider loads this file only to change something.
import { probeAbra } from "../lib/abra/index.ts";
import { servicesOf, versionLabel, stackOf } from "../lib/docker/index.ts";
import type { Log } from "../lib/text.ts";
import { ensure, passGate } from "./ensure.ts";
import type { CheckedRunApp } from "./inputs.ts";
import { liveHost } from "./liveHost.ts";
import { withAppLock } from "./lock.ts";

export { removeApp } from "./remove.ts";
export { changedSecrets } from "./secrets.ts";

/**
 * Deploys the app and waits until it is healthy for a full window. `renew` names the secrets whose value may have
 * changed. Returns the version that abra reports. Throws as `ensure`, and LockedError.
 */
export async function ensureApp(app: CheckedRunApp, renew: readonly string[], log: Log): Promise<string> {
  await probeAbra();
  return withAppLock(app, log, async ({ fd }) => {
    await ensure(await liveHost(app, fd, log), renew);
    return runningVersion(app);
  });
}

/** Waits at the gate without a deploy, which wouldn't fix the route. Returns and throws as `ensureApp`. */
export function waitUntilReachable(app: CheckedRunApp, log: Log): Promise<string> {
  return withAppLock(app, log, async ({ fd }) => {
    await passGate(await liveHost(app, fd, log));
    return runningVersion(app);
  });
}

async function runningVersion({ domain, version }: CheckedRunApp): Promise<string> {
  const stack = stackOf(domain);
  return versionLabel(stack, await servicesOf(stack)) ?? version;
}
