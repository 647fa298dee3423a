// The journal of the operation under way.
import { servicesOf, versionLabel, volumesOf } from "../../lib/docker/index.ts";
import { removeFile } from "../../lib/fs/index.ts";
import {
  beginOperation,
  closeOperation,
  readLastGood,
  readOperation,
  replaceOperation,
  writeStep,
} from "../../lib/state/index.ts";
import { keptEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import { removeOrDefer } from "./cleanUp.ts";
import type { Session } from "./session.ts";
import { stepWatch } from "./stepWatch.ts";

type Journal = Pick<UpgradeHost, "operation" | "begin" | "beginRestore" | "writeStep" | "close">;

export function journal(session: Session): Journal {
  const { app, stack, folder, swarm } = session.context;
  const { recipe, domain } = app;
  const watch = stepWatch(app, session.context.log);
  return {
    async operation() {
      const operation = await readOperation(folder);
      if (operation) await session.learnSecrets(); // another process began it
      return operation;
    },
    async begin({ from, to }) {
      await session.learnSecrets();
      const baseline = await session.profile.captureBaseline(app, session.context.log);
      const volumes = session.stateful ? (await volumesOf(stack, session.volumes)).map(({ name }) => name) : [];
      const images = (await readLastGood(folder))?.images;
      return beginOperation(folder, { kind: "upgrade", recipe, domain, swarm, from, to, baseline, volumes, images });
    },
    async beginRestore({ version, snapshot }) {
      await session.snapshotOf(snapshot);
      // The version to replace. Possibly nothing runs.
      const to = versionLabel(stack, await servicesOf(stack)) ?? version;
      const plan = { kind: "restore", recipe, domain, swarm, from: version, to, snapshot, rollingBack: true } as const;
      return replaceOperation(folder, plan, "undeploy");
    },
    writeStep(operation, step, changes) {
      watch.start();
      return writeStep(folder, operation, step, changes);
    },
    async close() {
      watch.stop();
      const operation = await readOperation(folder);
      await closeOperation(folder);
      if (operation) await removeOrDefer(session, removeFile(keptEnv(folder, operation.id)));
    },
  };
}
