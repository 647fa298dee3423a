// The ReapHost of a real host: this swarm, the warm Keycloak, Pulumi's backend, hearth's directory.
import { requireOwnSwarm } from "../../providers/app/appSwarm.ts";
import { warmAppInputs, type WarmAppInputs } from "../../providers/app/inputs.ts";
import { isSameProcess, type Liveness, type ProcessIdentity } from "../../providers/lib/process/index.ts";
import {
  coordinationHost,
  currentHolder,
  leaseOf,
  livenessOnSwarm,
  swarmStore,
} from "../../providers/lib/coordination/index.ts";
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
import { removeStrayLock } from "../pulumi/strayLock.ts";
import { forget, runStacks, swarmOf } from "../pulumi/stacks.ts";
import { holderOfRun, removeRunDir, runDirs } from "../run/directory.ts";
import { hasStackConfig } from "../pulumi/stackConfig.ts";

/** Throws ConfigError, NoSwarmError, WrongSwarmError. */
export async function reapHost(): Promise<ReapHost> {
  const config = await configuration();
  const { baseDomain, stateDir } = config;
  const [swarm, holder, others] = await Promise.all([clusterId(), currentHolder(), runConfig().then(warmAppsOf)]);
  const own = warmAppsOf(config);
  for (const app of own) await requireOwnSwarm(app);
  const keycloak = warmAppInputs.parse(warmKeycloak(config));
  const session = () => adminSession(keycloak.domain);
  const starterOf = (stack: string) => starterOfRun(stateDir, stack.replace(/^ci-/, ""), holder);
  return {
    swarm,
    baseDomain,
    stateDir,
    warmDomains: [...own, ...others].map(app => app.domain),
    keycloak: keycloak.domain,
    holder,
    ...coordinationHost(() => undefined),
    realms: () => listRealms(session),
    stacks: listStacks,
    pulumi: () => runStacks(starterOf),
    swarmOf,
    lockOf: async stack => lockOf(stack, { starter: await starterOf(stack) }),
    dirs: async () =>
      Promise.all(
        (await runDirs(stateDir)).map(async dir => ({ ...dir, liveness: await livenessOfRun(stateDir, dir.name) })),
      ),
    takeLocks: (run, until) => takeLocks(runFolder(stateDir, run), until),
    removeRealm: run => removeRealmOf(run, swarm, keycloak, { logIn: session, log: () => undefined }),
    removeStack,
    removePulumi: async (stack, lock) => forget(stack, lock, await starterOf(stack)),
    removeDir: async run => {
      // The folder is the last trace of a run that was killed in `stack init`.
      await removeStrayLock(`ci-${run}`, await starterOf(`ci-${run}`));
      await removeRunDir(stateDir, run);
    },
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
    return holder ? await livenessOnSwarm(holder) : "unrecorded";
  } catch {
    return "unknown";
  }
}

/** The process that started the run: recorded in its folder, else in its lease, unless that is the reaper's by now. */
async function starterOfRun(
  stateDir: string,
  run: string,
  reaper: ProcessIdentity,
): Promise<ProcessIdentity | undefined> {
  const recorded = await holderOfRun(stateDir, run).catch(() => undefined);
  if (recorded) return recorded;
  const holder = (await leaseOf(swarmStore, run))?.record.holder;
  return holder && isSameProcess(holder, reaper) ? undefined : holder;
}
