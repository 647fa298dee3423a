// The journal of the operation under way.
import { versionLabel, servicesOf } from "../../lib/docker/index.ts";
import { removeFile } from "../../lib/fs/index.ts";
import { beginOperation, closeOperation, readOperation, replaceOperation, writeStep } from "../../lib/state/index.ts";
import { keptEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";
import { stepWatch } from "./stepWatch.ts";

type Journal = Pick<UpgradeHost, "operation" | "begin" | "beginRestore" | "writeStep" | "close">;

export function journal(session: Session): Journal {
  const { app, stack, folder } = session.context;
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
      return beginOperation(folder, { kind: "upgrade", recipe, domain, from, to, baseline });
    },
    async beginRestore({ version, snapshot }) {
      await session.snapshotOf(snapshot);
      // The version to replace. Possibly nothing runs.
      const to = versionLabel(stack, await servicesOf(stack)) ?? version;
      const plan = { kind: "restore", recipe, domain, from: version, to, snapshot, rollingBack: true } as const;
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
      if (operation) await removeFile(keptEnv(folder, operation.id));
    },
  };
}
