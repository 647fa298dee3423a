// What `hearth retry`, `restore` and `accept` share: one warm app under its lock.
import { withAppLock } from "../../providers/app/appLock.ts";
import { openContext } from "../../providers/app/context.ts";
import type { UpgradeHost } from "../../providers/app/host.ts";
import type { WarmAppInputs } from "../../providers/app/inputs.ts";
import { withMaskedErrors } from "../../providers/app/maskErrors.ts";
import { hostAt } from "../../providers/app/reconcile.ts";
import { findDeployed } from "../../providers/lib/health/index.ts";
import { warmApp } from "./config.ts";

export interface OperatorFlags {
  /** Prints what the command would do, and changes nothing. */
  readonly dryRun: boolean;
}

export const log = (line: string): void => console.log(line);

/** Runs `work` on the warm app with this recipe or domain. Returns exit code 0; errors are thrown. */
export async function onApp(
  name: string,
  work: (host: UpgradeHost, app: WarmAppInputs) => Promise<void>,
): Promise<number> {
  const app = await warmApp(name);
  await withAppLock(app, log, lock =>
    withMaskedErrors(app, async () => {
      const context = await openContext(app, lock.fd, log);
      await work(await hostAt(context, (await findDeployed(app)).version), app);
    }),
  );
  return 0;
}
