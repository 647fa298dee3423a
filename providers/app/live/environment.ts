// The .env and the secrets that a version needs.
import { writeText } from "../../lib/fs/index.ts";
import { readEnv as readSnapshotEnv } from "../../lib/snapshot/index.ts";
import { keptEnv, readEnv, readKeptEnv, replaceEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import { targetEnv } from "../recipe.ts";
import { ensureSecretsOf } from "../secrets.ts";
import type { Session } from "./session.ts";

type Environment = Pick<UpgradeHost, "prepare" | "restoreEnv">;

export function environment(session: Session): Environment {
  const { context } = session;
  const { app, folder, mirror } = context;
  return {
    async prepare({ id, from, to }) {
      const before = await readEnv(app);
      await writeText(keptEnv(folder, id), before);
      const wanted = await targetEnv(app, mirror, { from, to });
      if (wanted !== before) {
        await replaceEnv(app, wanted);
        session.log(".env updated");
      }
      await ensureSecretsOf(context, to);
    },
    async restoreEnv({ id, kind, snapshot }) {
      // A restored snapshot has an .env; a rollback takes the one from before the operation.
      const text =
        kind === "restore" && snapshot !== undefined
          ? await readSnapshotEnv((await session.snapshotOf(snapshot)).path)
          : await readKeptEnv(folder, id);
      if (text !== undefined) await replaceEnv(app, text);
    },
  };
}
