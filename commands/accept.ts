// `hearth accept`: records what runs now as last good.
import { accept as acceptVersion } from "../providers/app/manualRecovery.ts";
import { log, onApp, type OperatorFlags } from "./common/operator.ts";

export function accept(name: string, { dryRun }: OperatorFlags): Promise<number> {
  return onApp(name, async host => {
    const { version = "what runs" } = await host.running();
    log(`${host.name}: will mark ${version} last good after a full health window and close the open operation`);
    if (!dryRun) log(`${host.name}: ${await acceptVersion(host)} is last good`);
  });
}
