// `hearth retry`, `restore` and `accept`: each says what it will do, then does it.
import { readManifest } from "../providers/lib/snapshot/index.ts";
import { openContext } from "../providers/app/context.ts";
import { observe } from "../providers/lib/health/index.ts";
import { withAppLock } from "../providers/app/appLock.ts";
import { hostAt } from "../providers/app/reconcile.ts";
import { accept as acceptApp, restoreTo, retry as retryApp } from "../providers/app/manualRecovery.ts";
import type { WarmAppInputs } from "../providers/app/inputs.ts";
import type { UpgradeHost } from "../providers/app/host.ts";
import { appFolder } from "../providers/lib/state/index.ts";
import { warmApp } from "./common/config.ts";

const log = (line: string): void => console.log(line);

async function onApp(name: string, work: (host: UpgradeHost, app: WarmAppInputs) => Promise<void>): Promise<number> {
  const app = await warmApp(name);
  await withAppLock(app, log, async lock => {
    const context = await openContext(app, lock.fd, log);
    await work(await hostAt(context, (await observe(app)).version), app);
  });
  return 0;
}

export interface Ways {
  /** Says what it would do, and does nothing. */
  readonly dryRun: boolean;
}

export function retry(name: string, { dryRun }: Ways): Promise<number> {
  return onApp(name, async host => {
    const operation = await host.operation();
    if (!operation) return log(`${host.name}: no operation is open: there is nothing to go on with`);
    const way = operation.rollingBack ? `the way back to ${operation.from}` : `the upgrade to ${operation.to}`;
    log(
      `${host.name}: goes on with ${way} at ${operation.step}${operation.broken ? `, where it failed: ${operation.broken.why}` : ""}`,
    );
    if (!dryRun) log(`${host.name}: ${await retryApp(host)}`);
  });
}

export function restore(name: string, { dryRun, previous }: Ways & { readonly previous: boolean }): Promise<number> {
  return onApp(name, async (host, app) => {
    const manifest = await readManifest(
      appFolder(app.stateDir, app.domain).path,
      previous ? "snapshot.previous" : "snapshot",
    );
    if (!manifest) throw new Error(`${host.name} has no ${previous ? "older " : ""}snapshot`);
    log(
      `${host.name}: takes it down, puts the data and the .env of ${manifest.taken} in their place, and deploys ${manifest.version}; today's data stays beside until that is healthy, and is dropped then`,
    );
    if (dryRun) return;
    await restoreTo(host, manifest);
    log(`${host.name}: ${manifest.version} runs, with the data of ${manifest.taken}`);
  });
}

export function accept(name: string, { dryRun }: Ways): Promise<number> {
  return onApp(name, async host => {
    const { version } = await host.running();
    log(
      `${host.name}: takes ${version ?? "what runs"} as good once it was well for a whole window, and closes what is open`,
    );
    if (!dryRun) log(`${host.name}: ${await acceptApp(host)} is last good`);
  });
}
