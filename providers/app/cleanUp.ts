// Removes what operations replaced, once the app is healthy. A failure is reported and tried again; it decides nothing.
import { shortReason } from "../lib/reason.ts";
import { errorMessage } from "../lib/text.ts";
import type { UpgradeHost } from "./host.ts";

/** Removes the replaced data of this and earlier operations. Throws only if the process is to end. */
export async function cleanUp(host: UpgradeHost): Promise<void> {
  try {
    await host.removeReplacedData();
  } catch (error) {
    const why = host.mask(errorMessage(error));
    host.log(`${host.name}: replaced data can't be removed, hearth tries again: ${shortReason(why)}`);
    await host.deferCleanUp();
    await host.alert({
      key: `clean-up ${why}`,
      severity: "warning",
      why: `replaced data can't be removed: ${why}`,
      recovered: true,
      todo: "nothing if it was temporary: the next up or recover tries again; else remove what is named",
    });
  }
}

/** Tries a clean-up again that failed. No operation is open. */
export async function retryCleanUp(host: UpgradeHost): Promise<void> {
  if (await host.isCleanUpDue()) await cleanUp(host);
}
