// The logs of a run's services, shown if the run failed.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mask } from "../../providers/lib/diagnostics/index.ts";
import { appDomain, dedicatedDomain, type Run } from "../../providers/lib/run/index.ts";
import { logText, servicesOf, stackOf } from "../../providers/lib/docker/index.ts";
import { displayed } from "../common/errors.ts";
import { runConfig } from "../common/config.ts";

/** Lines of each log that are printed without a folder. */
const LINES = 100;

/**
 * Writes each service's log to a file in `folder`; without one, prints the last lines on stderr. Masks `secrets`. Logs
 * a failure as a warning.
 */
export async function showLogs(run: Run, folder: string | undefined, secrets: readonly string[]): Promise<void> {
  try {
    const { baseDomain } = await runConfig();
    for (const stack of [appDomain(run, baseDomain), dedicatedDomain(run, baseDomain)].map(stackOf))
      for (const { name } of await servicesOf(stack)) {
        const text = mask(await logText(stack, name, folder === undefined ? LINES : 10_000), secrets);
        if (folder === undefined) {
          console.error(`hearth: the last lines of ${stack}_${name}:\n${text.trimEnd()}`);
          continue;
        }
        await mkdir(folder, { recursive: true });
        const file = join(folder, `${stack}_${name}.log`);
        await writeFile(file, text);
        console.error(`hearth: the log of ${stack}_${name} is in ${file}`);
      }
  } catch (error) {
    console.error(`hearth: warning: cannot read the run's logs: ${displayed(error)}`);
  }
}
