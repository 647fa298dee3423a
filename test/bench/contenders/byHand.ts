// A manual upgrade, as fast as possible: undeploy, wait until removed, deploy. No snapshot, no rollback.
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { tasksTrouble } from "../../../providers/lib/health/tasks.ts";
import { waitUntilRemoved } from "../../../providers/lib/docker/waitUntilRemoved.ts";
import { servicesOf, versionLabel } from "../../../providers/lib/docker/stack.ts";
import { at } from "../../lab/paths.ts";
import { watch } from "../outage.ts";
import { runProgram } from "../program.ts";
import type { BenchContext, Contender } from "../row.ts";

/** Milliseconds until a deployed Keycloak must be up. */
const upTimeout = 300_000;

/** Uses the operator's servers, but its own recipe clone in the bench's folder. */
export function byHand(domain: string, { folder, interrupted }: BenchContext): Contender<"downtime"> {
  const stack = stackOf(domain);
  const abraDir = join(folder, "abra");
  const abra = (...argv: string[]) =>
    runProgram("abra", argv, `abra ${argv.slice(0, 2).join(" ")}`, { env: { ABRA_DIR: abraDir } });
  return {
    name: "abra app undeploy, deploy",
    warmUp: false,
    measure: async () => {
      await mkdir(abraDir, { recursive: true, mode: 0o700 });
      for (const name of ["servers", "catalogue"])
        await symlink(join(at.abra, name), join(abraDir, name)).catch(ignoreExisting);
      await abra("recipe", "fetch", "keycloak");
      const version = versionLabel(stack, await servicesOf(stack));
      if (version === undefined) throw new Error(`${domain} has no version label: expected an app deployed by abra`);
      const watched = watch(`https://${domain}/realms/master`);
      try {
        await abra("app", "undeploy", domain, "-n");
        await waitUntilRemoved(stack);
        // Skip abra's converge check (-c): it times out before Keycloak is up.
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
    if (Date.now() - start > upTimeout)
      throw new Error(`Keycloak, deployed by hand, is not up after ${upTimeout / 1000} s`);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
