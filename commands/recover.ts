// `hearth recover`: finishes or undoes what was interrupted, repairs what is down at the version it had, never upgrades.
import { readFile } from "node:fs/promises";
import { channel } from "../providers/alert/channel.ts";
import { deliver } from "../providers/alert/deliver.ts";
import { raise } from "../providers/alert/raise.ts";
import { appFolder } from "../providers/journal/folder.ts";
import { isParked } from "../providers/journal/parked.ts";
import { noteRepair, repairsSince } from "../providers/journal/repairs.ts";
import { lastDeployed } from "../providers/app/env.ts";
import { openHost } from "../providers/app/host.ts";
import type { AppInputs } from "../providers/app/inputs.ts";
import { HEALTHY, observe } from "../providers/app/observe.ts";
import { bringUp, locked, worldAt } from "../providers/app/reconcile.ts";
import { recover as recoverApp } from "../providers/app/recover.ts";
import { LockedError, type Held } from "../providers/lock/flock.ts";
import { asError } from "./errors.ts";
import { keptAppInputs, warmConfig } from "./kept.ts";
import { breakDeadLocks } from "./pulumi/locks.ts";

const HOUR = 3_600_000;
/** Repairs of one app in an hour; what is down again by then wants a person. */
const REPAIRS = 3;

/** Milliseconds that it waits for another hearth, or for what a killed one left running: a timer comes again. */
const PATIENCE = 30_000;

/** An outage is told once a day. */
const today = () => new Date().toISOString().slice(0, 10);

const say = (line: string): void => console.log(line);

/** 0: all kept apps are well; 1: one isn't, and its sentence is on stderr. */
export async function recover(): Promise<number> {
  let code = 0;
  for (const app of await keptAppInputs()) {
    try {
      await one(app);
    } catch (error) {
      if (error instanceof LockedError) continue; // said already, by whom: it lives, so there is nothing to recover
      console.error(`hearth: ${asError(error).message}`);
      code = 1;
    }
  }
  try {
    for (const line of await breakDeadLocks("warm")) say(line);
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
  const { sent, waiting } = await deliver(stateDir, channel.parse({ command: alerts.command, webhook }), say);
  if (sent + waiting > 0) say(`alerts: ${sent} delivered, ${waiting} waiting in ${stateDir}/alerts`);
}

async function one(app: AppInputs): Promise<void> {
  const work = async (lock: Held) => {
    const folder = appFolder(app.stateDir, app.domain);
    if ((await isParked(folder)) && !(await observe(app)).deployed) return say(`${app.recipe} not deployed: it was taken down with pulumi destroy`);
    const host = await openHost(app, lock.fd, say);
    const did = await recoverApp(await worldAt(host, (await observe(app)).version));
    if (did !== "nothing") say(`${app.recipe}: the interrupted operation is ${did}`);
    const seen = await observe(app);
    const version = seen.version ?? (await lastDeployed(app));
    const world = await worldAt(host, version);
    if (seen.condition === HEALTHY) return say(`${app.recipe} ${seen.version} healthy`);
    if (version === undefined || (await world.lastGood()) === undefined)
      return say(`${app.recipe} ${seen.condition}: it never ran here, so there is nothing to repair`);
    if ((await repairsSince(folder, HOUR)) >= REPAIRS) {
      const why = `${app.domain} is down (${seen.condition}), and was repaired ${REPAIRS} times within the hour`;
      await raise(
        app.stateDir,
        {
          key: `${app.domain} repairs ${today()}`,
          severity: "critical",
          app: app.recipe,
          recovered: false,
          why,
          todo: "look at its logs; hearth tries again in an hour",
        },
        say,
      );
      throw new Error(why);
    }
    await noteRepair(folder);
    say(`${app.recipe}: ${seen.condition}; deploying the version it had, ${version}`);
    await bringUp(host, world, version).catch(async error => {
      const why = `${app.domain} is down (${seen.condition}), and couldn't be repaired: ${world.mask(asError(error).message)}`;
      const key = `${app.domain} repair failed ${today()}`;
      await raise(app.stateDir, { key, severity: "critical", app: app.recipe, recovered: false, why, todo: "look at its logs; hearth tries again" }, say);
      throw error;
    });
  };
  await locked(app, say, work, PATIENCE);
}
