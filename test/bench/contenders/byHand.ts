// An upgrade by hand, at its best: undeploy, wait until it is gone, deploy at once. Without a snapshot, and without a way back.
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
import type { Place, Way } from "../row.ts";

/** Milliseconds. */
const patience = 300_000;

/** With the operator's servers and a recipe clone of its own, in the place's folder. */
export function byHand(domain: string, { folder, interrupted }: Place): Way<"downtime"> {
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
      if (version === undefined) throw new Error(`${domain} runs at no version that abra wrote`);
      const watched = watch(`https://${domain}/realms/master`);
      try {
        await abra("app", "undeploy", domain, "-n");
        await waitUntilRemoved(stack);
        // Its own look at convergence gives up long before a Keycloak is there.
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
      throw new Error(`Keycloak, deployed by hand, isn't there after ${patience / 1000} s`);
  }
}

function ignoreThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
