// `hearth restore`: restores version, data and .env of a snapshot.
import { restoreTo } from "../providers/app/manualRecovery.ts";
import { chooseSnapshot } from "../providers/app/snapshotCheck.ts";
import { appFolder } from "../providers/lib/state/index.ts";
import { log, onApp, type OperatorFlags } from "./common/operator.ts";

export interface RestoreFlags extends OperatorFlags {
  /** The snapshot before the last. */
  readonly previous: boolean;
}

export function restore(name: string, { dryRun, previous }: RestoreFlags): Promise<number> {
  return onApp(name, async (host, app) => {
    const chosen = await chooseSnapshot(host.name, appFolder(app.stateDir, app.domain).path, previous);
    const { id, version, taken } = chosen;
    await host.verifySnapshot(id); // before anything waits, too
    log(
      `${host.name}: undeploys, restores data and .env of ${taken}, and deploys ${version}; ` +
        "the present data is kept until the app is healthy, then removed",
    );
    if (dryRun) return;
    await restoreTo(host, chosen);
    log(`${host.name}: ${version} runs, with the data of ${taken}`);
  });
}
