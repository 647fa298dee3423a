// Maintenance of the app, with the scopes of its profile.
import {
  claimMaintenance,
  coordinationHost,
  currentHolder,
  drain,
  releaseMaintenance,
  swarmStore,
  type MaintenanceRequest,
} from "../../lib/coordination/index.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";

type Maintenance = Pick<UpgradeHost, "drain" | "claimMaintenance" | "releaseMaintenance">;

export function maintenance(session: Session): Maintenance {
  const { recipe, domain, stateDir } = session.context.app;
  const { blockedBy, blocks } = session.profile;
  const host = coordinationHost(session.log);
  const request = async (what: string): Promise<MaintenanceRequest> => {
    const holder = await currentHolder();
    return { app: recipe, domain, what, blockedBy, blocks, holder, stateDir };
  };
  return {
    drain: async what => drain(host, await request(what)),
    async claimMaintenance(what) {
      const obstacle = await claimMaintenance(host, await request(what));
      if (obstacle !== undefined) session.log(obstacle);
    },
    releaseMaintenance: async () => releaseMaintenance(swarmStore, { domain, holder: await currentHolder() }),
  };
}
