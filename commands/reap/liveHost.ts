// The ReapHost of a real host: this swarm, the warm Keycloak, Pulumi's backend, hearth's directory.
import { requireOwnSwarm } from "../../providers/app/appSwarm.ts";
import { warmAppInputs, type WarmAppInputs } from "../../providers/app/inputs.ts";
import { currentProcess, type Liveness, livenessOf } from "../../providers/lib/process/index.ts";
import { coordinationHost } from "../../providers/lib/coordination/index.ts";
import { adminSession } from "../../providers/lib/keycloak/index.ts";
import { listRealms, removeRealmOf } from "./keycloak.ts";
import { takeLocks } from "./locks.ts";
import { listStacks } from "./stacks.ts";
import type { ReapHost } from "./host.ts";
import { runFolder } from "../../providers/lib/run/index.ts";
import { clusterId, removeStack } from "../../providers/lib/docker/index.ts";
import type { Config } from "../../stacks/config.ts";
import { warmApps, warmKeycloak } from "../../stacks/warmApps.ts";
import { runConfig, warmConfig } from "../common/config.ts";
import { lockOf } from "../pulumi/locks.ts";
import { forget, runStacks, swarmOf } from "../pulumi/stacks.ts";
import { holderOfRun, removeRunDir, runDirs } from "../run/directory.ts";
import { hasStackConfig } from "../pulumi/stackConfig.ts";

/** Throws ConfigError, NoSwarmError, WrongSwarmError. */
export async function reapHost(): Promise<ReapHost> {
  const config = await configuration();
  const { baseDomain, stateDir } = config;
  const [swarm, holder, others] = await Promise.all([clusterId(), currentProcess(), runConfig().then(warmAppsOf)]);
  const own = warmAppsOf(config);
  for (const app of own) await requireOwnSwarm(app);
  const keycloak = warmAppInputs.parse(warmKeycloak(config));
  const session = () => adminSession(keycloak.domain);
  return {
    swarm,
    baseDomain,
    warmDomains: [...own, ...others].map(app => app.domain),
    keycloak: keycloak.domain,
    holder,
    ...coordinationHost(() => undefined),
    realms: () => listRealms(session),
    stacks: listStacks,
    pulumi: runStacks,
    swarmOf,
    lockOf,
    dirs: async () =>
      Promise.all(
        (await runDirs(stateDir)).map(async dir => ({ ...dir, liveness: await livenessOfRun(stateDir, dir.name) })),
      ),
    takeLocks: (run, until) => takeLocks(runFolder(stateDir, run), until),
    removeRealm: run => removeRealmOf(run, swarm, keycloak, { logIn: session, log: () => undefined }),
    removeStack,
    removePulumi: forget,
    removeDir: run => removeRunDir(stateDir, run),
  };
}

/** The warm stack's configuration; without one, or if HEARTH_CI_CONFIG is set, that of runs. */
async function configuration(): Promise<Config> {
  return !process.env["HEARTH_CI_CONFIG"] && (await hasStackConfig("warm")) ? warmConfig() : runConfig();
}

function warmAppsOf(config: Config): WarmAppInputs[] {
  return warmApps(config).map(args => warmAppInputs.parse(args));
}

/** Liveness of the process that started the run. An unreadable record may belong to a live process. */
async function livenessOfRun(stateDir: string, run: string): Promise<Liveness | "unrecorded"> {
  try {
    const holder = await holderOfRun(stateDir, run);
    return holder ? await livenessOf(holder) : "unrecorded";
  } catch {
    return "unknown";
  }
}
