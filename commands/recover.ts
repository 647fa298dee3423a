// `hearth recover`: finishes or undoes interrupted operations, redeploys apps that are down at their version, never
// upgrades.
import { readFile } from "node:fs/promises";
import { channel, deliver } from "../providers/lib/alerts/index.ts";
import type { WarmAppInputs } from "../providers/app/inputs.ts";
import { repair } from "../providers/app/repair.ts";
import { LockedError } from "../providers/lib/lock/index.ts";
import { displayed } from "./common/errors.ts";
import { readWarmApps, warmConfig } from "./common/config.ts";
import { breakDeadLocks } from "./pulumi/locks.ts";

/** Milliseconds to wait for another process: the timer retries. */
const LOCK_WAIT = 30_000;

const log = (line: string): void => console.log(line);

const logError = (line: string): void => console.error(`hearth: ${line}`);

/** Exit codes: 0 every warm app is healthy, or another process works on it; 1 one isn't, with its error on stderr. */
export async function recover(): Promise<number> {
  let code = await recoverApps(await readWarmApps(), { log, logError, wait: LOCK_WAIT });
  try {
    for (const line of await breakDeadLocks("warm")) log(line);
  } catch (error) {
    logError(displayed(error));
    code = 1;
  }
  await deliverAlerts();
  return code;
}

interface RecoverOptions {
  readonly log: (line: string) => void;
  readonly logError: (line: string) => void;
  /** Milliseconds to wait for another process. */
  readonly wait: number;
}

/** Returns the exit code. A process that holds an app's lock and stands still is a failure. */
export async function recoverApps(apps: readonly WarmAppInputs[], options: RecoverOptions): Promise<number> {
  let code = 0;
  for (const app of apps) {
    try {
      await repair(app, options.log, { wait: options.wait });
    } catch (error) {
      if (error instanceof LockedError) continue; // logged already: its holder works, so there is nothing to recover
      options.logError(displayed(error));
      code = 1;
    }
  }
  return code;
}

async function deliverAlerts(): Promise<void> {
  const { stateDir, alerts } = await warmConfig();
  const webhook = alerts.webhookFile && (await readFile(alerts.webhookFile, "utf8")).trim();
  const { sent, waiting } = await deliver(stateDir, channel.parse({ command: alerts.command, webhook }), log);
  if (sent + waiting > 0) log(`alerts: ${sent} delivered, ${waiting} waiting in ${stateDir}/alerts`);
}
