// Deploys, repairs or upgrades a warm app to its inputs.
import { InconclusiveError, type ObservedApp } from "../lib/health/index.ts";
import { InterruptedError } from "../lib/run/index.ts";
import { isRejected } from "../lib/state/index.ts";
import { type AppContext, ensureApp } from "./context.ts";
import { envNotFound, lastDeployed, readEnv, writeEnv } from "./env.ts";
import { passGate } from "./gate.ts";
import type { UpgradeHost } from "./host.ts";
import { remedyOf } from "./remedy.ts";
import { ensureSecretsOf } from "./secrets.ts";
import { allowedVersion, planSync, type SyncStep } from "./syncPlan.ts";
import { upgrade } from "./upgrade.ts";

export const NO_VERSION = "abra recorded no version: deploy a tagged version, or undeploy it";

type Observed = Pick<ObservedApp, "deployed" | "version" | "state">;

/**
 * `isEnvCurrent`: whether no key of the .env is to be set. Returns the version that runs. Throws as `upgrade`, and
 * UnhealthyError.
 */
export async function sync(
  context: AppContext,
  host: UpgradeHost,
  observed: Observed,
  isEnvCurrent: boolean,
): Promise<string> {
  const { app } = context;
  if (observed.deployed && (await readEnv(app)) === "") throw new Error(envNotFound(app));
  const lastGood = await host.lastGood();
  // Before the .env is created: abra writes the newest version into a new one.
  const current = observed.version ?? (await lastDeployed(app));
  const wanted = await wantedVersion(context, current);
  const hasData = lastGood === undefined && (await host.hasData(wanted));
  const failedFirst = (await host.failedFirstDeploys()) ?? [];
  const remedy = remedyOf(observed);
  const steps = planSync({ remedy, current, wanted, lastGood, isEnvCurrent, hasData, failedFirst });
  if (!steps) throw new Error(unknownVersion(context, observed));
  await ensureApp(context);
  if (lastGood === undefined && !hasData && steps[0]?.kind === "deploy") await host.beginFirstDeploy();
  for (const step of steps) await run(context, host, step);
  return wanted;
}

async function wantedVersion({ app, folder, log }: AppContext, current: string | undefined): Promise<string> {
  const allowed = allowedVersion(app.version, current, await isRejected(folder, app.version));
  const todo = `hearth approve ${app.recipe} ${app.version} allows another attempt`;
  if (allowed !== app.version) log(`${app.recipe}: stays at ${allowed}: ${app.version} failed here meanwhile; ${todo}`);
  return allowed;
}

function unknownVersion({ app }: AppContext, { deployed }: Observed): string {
  if (deployed) return `${app.domain} runs, but ${NO_VERSION}`;
  return (
    `${app.domain} has volumes, but the version that wrote them isn't known: ` +
    `set TYPE=${app.recipe}:<version> in its .env, or remove the volumes`
  );
}

async function run(context: AppContext, host: UpgradeHost, step: SyncStep): Promise<void> {
  switch (step.kind) {
    case "deploy":
      return bringUp(context, host, step.version);
    case "gate":
      return commitRunning(host, step.version);
    case "upgrade":
      return upgrade(host, step);
  }
}

/** Waits until what runs passes a full health window, and records it as last good unless it already is. */
export async function commitRunning(host: UpgradeHost, version: string): Promise<void> {
  const lastGood = await host.lastGood();
  if (lastGood !== undefined && lastGood !== version) {
    const found = `another person deployed ${version} over ${lastGood}`;
    host.log(`${host.name}: ${found}; it becomes last good after a full health window`);
  }
  await passGate(host, version, {});
  if (lastGood !== version) await host.commit(version);
}

/** Writes the configured .env and creates the secrets that `version` needs. */
export async function configure(context: AppContext, version: string): Promise<void> {
  if (await writeEnv(context.app)) context.log(`${context.app.recipe}: .env updated`);
  await ensureSecretsOf(context, version);
}

/** Deploys `version` on the present data, for the first time or as a repair, and waits until it is healthy. */
export async function bringUp(context: AppContext, host: UpgradeHost, version: string): Promise<void> {
  await configure(context, version);
  const rollbacks = await host.rollbacks();
  try {
    await host.deploy(version);
    await passGate(host, version, {}, rollbacks);
  } catch (error) {
    if (!(error instanceof InconclusiveError || error instanceof InterruptedError))
      await host.recordFirstFailure(version);
    throw error;
  }
  await host.commit(version);
}
