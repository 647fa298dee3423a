// An upgrade by hand: undeploy, wait until removed, deploy. Without a snapshot, so it can't be rolled back.
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { tasksTrouble } from "../../../providers/lib/health/observe.ts";
import { waitUntilRemoved } from "../../../providers/lib/docker/waitUntilRemoved.ts";
import { servicesOf, versionLabel } from "../../../providers/lib/docker/stack.ts";
import { at } from "../../lab/paths.ts";
import { watch } from "../outage.ts";
import { program } from "../program.ts";
import type { Place, Contender } from "../row.ts";

/** Milliseconds. */
const patience = 300_000;

/** With the operator's servers and a separate recipe clone in the row's folder. */
export function byHand(domain: string, { folder, interrupted }: Place): Contender<"downtime"> {
  const stack = stackOf(domain);
  const abraDir = join(folder, "abra");
  const abra = (...argv: string[]) =>
    program("abra", argv, `abra ${argv.slice(0, 2).join(" ")}`, { env: { ABRA_DIR: abraDir } });
  return {
    name: "abra app undeploy, deploy",
    warmUp: false,
    measure: async () => {
      await mkdir(abraDir, { recursive: true, mode: 0o700 });
      for (const name of ["servers", "catalogue"])
        await symlink(join(at.abra, name), join(abraDir, name)).catch(ignoreThere);
      await abra("recipe", "fetch", "keycloak");
      const version = versionLabel(stack, await servicesOf(stack));
      if (version === undefined) throw new Error(`${domain} runs without a version label of abra`);
      const watched = watch(`https://${domain}/realms/master`);
      try {
        await abra("app", "undeploy", domain, "-n");
        await waitUntilRemoved(stack);
        // abra's convergence check gives up long before Keycloak has started.
        await abra("app", "deploy", domain, version, "-n", "-o", "-c");
        await until(async () => !!watched.outage() && tasksTrouble(await servicesOf(stack)) === undefined, interrupted);
      } finally {
        await watched.end();
      }
      return { downtime: watched.outage()! };
    },
  };
}

async function until(up: () => Promise<boolean>, interrupted: AbortSignal): Promise<void> {
  for (const start = Date.now(); !(await up()); await sleep(500)) {
    interrupted.throwIfAborted();
    if (Date.now() - start > patience)
      throw new Error(`Keycloak, deployed by hand, isn't up after ${patience / 1000} s`);
  }
}

function ignoreThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
