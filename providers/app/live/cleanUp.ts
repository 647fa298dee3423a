// Removes what operations replaced. A failure is recorded, so that it is tried again.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { existingVolumes, type Volume } from "../../lib/docker/index.ts";
import { removeFile } from "../../lib/fs/index.ts";
import { prune, removeLeftovers } from "../../lib/snapshot/index.ts";
import { clearCleanUp, deferCleanUp, isCleanUpDue, readOperation } from "../../lib/state/index.ts";
import { errorMessage } from "../../lib/text.ts";
import { isKeptEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";

type CleanUp = Pick<UpgradeHost, "removeReplacedData" | "deferCleanUp" | "isCleanUpDue">;

export function cleanUp(session: Session): CleanUp {
  const { folder, lock, app } = session.context;
  return {
    async removeReplacedData() {
      const volumes = await stackVolumes(session);
      const failures: unknown[] = [];
      const attempt = (work: Promise<unknown>) => work.catch(error => failures.push(error));
      for (const { path } of volumes) await attempt(removeLeftovers(path, { inherit: lock }));
      await attempt(removeKeptEnvs(session));
      await attempt(prune(folder.path, app.snapshots));
      if (failures.length > 0) throw failures[0];
      await clearCleanUp(folder);
    },
    deferCleanUp: () => defer(session),
    isCleanUpDue: () => isCleanUpDue(folder),
  };
}

/** All volumes of the stack on this node, whichever version declares them. */
export async function stackVolumes({ context: { stack }, volumes }: Session): Promise<Volume[]> {
  const declared = volumes.map(name => `${stack}_${name}`);
  return existingVolumes(stack, declared);
}

/** For a removal that the operation doesn't depend on: a failure is logged and recorded. */
export async function removeOrDefer(session: Session, removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    session.log(`${session.mask(errorMessage(error))}; hearth tries again`);
    await defer(session);
  }
}

async function defer({ context: { folder }, log }: Session): Promise<void> {
  await deferCleanUp(folder).catch((error: unknown) =>
    log(`can't record that a clean-up is due: ${errorMessage(error)}; the next operation cleans up`),
  );
}

/** Those of replaced operations; the open one still has its own. */
async function removeKeptEnvs({ context: { folder } }: Session): Promise<void> {
  const open = await readOperation(folder);
  const kept = (await readdir(folder.path)).filter(name => isKeptEnv(name, open?.id));
  for (const name of kept) await removeFile(join(folder.path, name));
}
