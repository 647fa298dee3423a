// `hearth recover`: finishes or undoes what was interrupted, repairs what is down at the version it had, never upgrades.
import { readFile } from "node:fs/promises";
import { channel, deliver } from "../providers/lib/alerts/index.ts";
import { repair } from "../providers/app/repair.ts";
import { LockedError } from "../providers/lib/lock/index.ts";
import { asError } from "./common/errors.ts";
import { readWarmApps, warmConfig } from "./common/config.ts";
import { breakDeadLocks } from "./pulumi/locks.ts";

/** Milliseconds that it waits for another hearth, or for what a killed one left running: a timer comes again. */
const PATIENCE = 30_000;

const log = (line: string): void => console.log(line);

/** 0: all kept apps are well; 1: one isn't, and its sentence is on stderr. */
export async function recover(): Promise<number> {
  let code = 0;
  for (const app of await readWarmApps()) {
    try {
      await repair(app, log, { wait: PATIENCE });
    } catch (error) {
      if (error instanceof LockedError) continue; // said already, by whom: it lives, so there is nothing to recover
      console.error(`hearth: ${asError(error).message}`);
      code = 1;
    }
  }
  try {
    for (const line of await breakDeadLocks("warm")) log(line);
  } catch (error) {
    console.error(`hearth: ${asError(error).message}`);
    code = 1;
  }
  await deliverAlerts();
  return code;
}

async function deliverAlerts(): Promise<void> {
  const { stateDir, alerts } = await warmConfig();
  const webhook = alerts.webhookFile && (await readFile(alerts.webhookFile, "utf8")).trim();
  const { sent, waiting } = await deliver(stateDir, channel.parse({ command: alerts.command, webhook }), log);
  if (sent + waiting > 0) log(`alerts: ${sent} delivered, ${waiting} waiting in ${stateDir}/alerts`);
}
