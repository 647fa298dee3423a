// The .env and the secrets that a version needs.
import { readFile } from "node:fs/promises";
import { ignoreAbsent, writeText } from "../../lib/fs/index.ts";
import { fileAt, withAdditions } from "../../lib/recipe/index.ts";
import { readEnv as readSnapshotEnv } from "../../lib/snapshot/index.ts";
import { readEnv, replaceEnv, writeEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import { ensureSecretsOf } from "../secrets.ts";
import type { Session } from "./session.ts";

type Environment = Pick<UpgradeHost, "prepare" | "restoreEnv">;

export function environment(session: Session): Environment {
  const { context, keptEnv } = session;
  const { app, mirror } = context;
  const sampleAt = async (version?: string) =>
    version === undefined ? "" : ((await fileAt(mirror, version, ".env.sample")) ?? "");
  return {
    async prepare({ id, from, to }) {
      const before = await readEnv(app);
      await writeText(keptEnv(id), before);
      const extended = withAdditions(before, await sampleAt(to), await sampleAt(from));
      if (extended !== before) await replaceEnv(app, extended);
      if ((await writeEnv(app)) || extended !== before) session.log(".env updated");
      await ensureSecretsOf(context, to);
    },
    async restoreEnv({ id, kind, snapshot }) {
      // A restored snapshot has an .env; a rollback takes the one from before the operation.
      const text =
        kind === "restore"
          ? await readSnapshotEnv((await session.snapshotOf(snapshot)).path)
          : await readFile(keptEnv(id), "utf8").catch(ignoreAbsent);
      if (text !== undefined) await replaceEnv(app, text);
    },
  };
}
