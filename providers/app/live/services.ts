// The app's services on Swarm: observed, stopped, deployed.
import {
  imageId,
  lastGoodImage,
  routedServices,
  scaleDown,
  servicesOf,
  stopLimit,
  tagImage,
  versionLabel,
  waitUntilRemoved,
} from "../../lib/docker/index.ts";
import { readLastGood } from "../../lib/state/index.ts";
import { errorMessage } from "../../lib/text.ts";
import { monotonicNow, since } from "../../lib/time/index.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";

type Services = Pick<UpgradeHost, "running" | "stop" | "deploy">;

export function services(session: Session): Services {
  const { app, stack, abra, lock } = session.context;
  const { log } = session;
  return {
    async running() {
      const found = await servicesOf(stack);
      return { deployed: found.length > 0, version: versionLabel(stack, found) };
    },
    async stop() {
      const found = await servicesOf(stack);
      const start = monotonicNow();
      const deadline = stopLimit(found);
      if (found.length > 0) {
        log("stopping");
        const first = routedServices(found).map(service => service.name);
        await scaleDown(stack, first, { deadline, inherit: lock });
        await abra.undeploy(app.domain);
      }
      await waitUntilRemoved(stack, deadline);
      log(`stopped in ${since(start)}`);
    },
    async deploy(version) {
      // Objects still being removed would fail the deploy. If they stay, the deploy fails with Swarm's message.
      if ((await servicesOf(stack)).length === 0)
        await waitUntilRemoved(stack).catch(error => log(errorMessage(error)));
      log(`deploying ${version}`);
      await restoreImageNames(session, version);
      await abra.deploy(app.domain, version);
    },
  };
}

/** Points the tags of last good's images back to them: a rollback or a repair must not run a moved tag. */
async function restoreImageNames({ context, log }: Session, version: string): Promise<void> {
  const { stack, folder, lock } = context;
  const good = await readLastGood(folder);
  if (good?.version !== version) return;
  for (const [service, { id, name }] of Object.entries(good.images)) {
    if ((await imageId(name)) === id) continue;
    if ((await imageId(lastGoodImage(stack, service))) !== id)
      throw new Error(`image not found: ${name}, which ${service} ran at ${version}`);
    log(`tag ${name} moved to another image; ${service} gets the one that it ran`);
    await tagImage(id, name, lock);
  }
}
