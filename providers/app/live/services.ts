// The app's services on Swarm: observed, stopped, deployed.
import {
  rollbacksOf,
  routedServices,
  scaleDown,
  servicesOf,
  stopLimit,
  versionLabel,
  waitUntilRemoved,
} from "../../lib/docker/index.ts";
import { errorMessage } from "../../lib/text.ts";
import { monotonicNow, since } from "../../lib/time/index.ts";
import type { UpgradeHost } from "../host.ts";
import { pinImages, restoreImages } from "./images.ts";
import type { Session } from "./session.ts";

type Services = Pick<UpgradeHost, "running" | "stop" | "rollbacks" | "deploy">;

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
    rollbacks: async () => rollbacksOf(await servicesOf(stack)),
    async deploy(version) {
      // Objects still being removed would fail the deploy. If they stay, the deploy fails with Swarm's message.
      if ((await servicesOf(stack)).length === 0)
        await waitUntilRemoved(stack).catch(error => log(errorMessage(error)));
      log(`deploying ${version}`);
      await restoreImages(session, version);
      await abra.deploy(app.domain, version);
      await pinImages(session, version);
    },
  };
}
