// Maintenance of the app, with the scopes of its profile.
import {
  claimMaintenance,
  coordinationHost,
  currentHolder,
  drain,
  keepMaintenance,
  releaseMaintenance,
  swarmStore,
  type MaintenanceRequest,
} from "../../lib/coordination/index.ts";
import { isSameProcess } from "../../lib/process/index.ts";
import { readOperation } from "../../lib/state/index.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";

type Maintenance = Pick<UpgradeHost, "drain" | "claimMaintenance" | "releaseMaintenance">;

export function maintenance(session: Session): Maintenance {
  const { recipe, domain, stateDir } = session.context.app;
  const { folder } = session.context;
  const { blockedBy, blocks } = session.profile;
  const host = coordinationHost(session.log);
  let stopRenewing: () => void = () => undefined;
  const keep = (asked: MaintenanceRequest) => {
    stopRenewing();
    const isOpen = async () => {
      const operation = await readOperation(folder);
      return operation !== undefined && isSameProcess(operation.holder, asked.holder);
    };
    stopRenewing = keepMaintenance(host, asked, { isOpen });
  };
  const request = async (what: string): Promise<MaintenanceRequest> => {
    const holder = await currentHolder();
    return { app: recipe, domain, what, blockedBy, blocks, holder, stateDir };
  };
  return {
    async drain(what) {
      const asked = await request(what);
      await drain(host, asked);
      keep(asked);
    },
    async claimMaintenance(what) {
      const asked = await request(what);
      const obstacle = await claimMaintenance(host, asked);
      if (obstacle === undefined) keep(asked);
      else session.log(obstacle);
    },
    async releaseMaintenance() {
      stopRenewing();
      await releaseMaintenance(swarmStore, { domain, holder: await currentHolder() });
    },
  };
}
