// The first deploy, last good, rejected versions, and alerts.
import { raise } from "../../lib/alerts/index.ts";
import { imagesOf, lastGoodImage, tagImage } from "../../lib/docker/index.ts";
import { prune } from "../../lib/snapshot/index.ts";
import {
  beginFirstDeploy,
  clearFirstDeploy,
  failedFirstDeploys,
  readLastGood,
  recordFirstFailure,
  reject,
  writeLastGood,
} from "../../lib/state/index.ts";
import type { UpgradeHost } from "../host.ts";
import { removeOrDefer } from "./cleanUp.ts";
import { releaseGuards } from "./guards.ts";
import type { Session } from "./session.ts";

type FirstDeploy = "beginFirstDeploy" | "recordFirstFailure" | "failedFirstDeploys" | "clearFirstDeploy";
type Versions = Pick<UpgradeHost, FirstDeploy | "lastGood" | "commit" | "reject" | "alert">;

export function versions(session: Session): Versions {
  const { app, stack, folder, swarm, lock, log } = session.context;
  return {
    beginFirstDeploy: () => beginFirstDeploy(folder),
    recordFirstFailure: version => recordFirstFailure(folder, version),
    failedFirstDeploys: () => failedFirstDeploys(folder),
    clearFirstDeploy: () => clearFirstDeploy(folder),
    lastGood: async () => (await readLastGood(folder))?.version,
    async commit(version) {
      const images = await imagesOf(stack);
      for (const [service, { id }] of Object.entries(images)) await tagImage(id, lastGoodImage(stack, service), lock);
      await clearFirstDeploy(folder);
      await writeLastGood(folder, version, images, swarm);
      await releaseGuards(session.context);
      const pruned = prune(folder.path, app.snapshots).then(removed => {
        if (removed) session.log("removed the older snapshot");
      });
      await removeOrDefer(session, pruned);
    },
    reject: (version, why, diagnostics) => reject(folder, version, why, diagnostics),
    async alert(notice) {
      const lastGood = (await readLastGood(folder).catch(() => undefined))?.version;
      const event = { ...notice, key: `${app.domain} ${notice.key}`, app: app.recipe, lastGood };
      await raise(app.stateDir, event, log, [...session.secrets]);
    },
  };
}
