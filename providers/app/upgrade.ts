// The upgrade: take down, snapshot, deploy, gate; commit, or go back.
import type { Operation } from "../lib/state/operation.ts";
import { clear, comeBack, goBack, undecided } from "./rollback.ts";
import { blame, InconclusiveError, PreflightError, ReleaseFault } from "./errors.ts";
import { passGate } from "./gate.ts";
import type { World } from "./host.ts";

export interface Plan {
  /** The version that runs, well, and is last good. */
  readonly from: string;
  /** The version wanted; the same as `from` where only the .env changes. */
  readonly to: string;
}

/**
 * The app at `to`, healthy for a whole window, and that committed as last good. Where that can't be, the app is back at `from`
 * with the data it had, and UpgradeError, PreflightError or InconclusiveError says why; BrokenError where even the way back failed.
 */
export async function upgrade(world: World, plan: Plan): Promise<void> {
  const what = plan.from === plan.to ? `${plan.to} with another .env` : `${plan.from} → ${plan.to}`;
  world.say(`${world.name}: ${what}`);
  let operation = await world.begin(plan);
  try {
    operation = await world.note(operation, "preflight");
    await world.preflight(operation);
    operation = await world.note(operation, "drain");
    await world.drain(what);
  } catch (error) {
    await clear(world);
    throw await refused(world, plan, error);
  }
  try {
    operation = await world.note(operation, "prepare");
    await world.prepare(operation);
    if (world.stateful) {
      operation = await world.note(operation, "stop");
      await world.stop();
      operation = await world.note(operation, "snapshot", { snapshot: operation.id });
      await world.snapshot(operation);
      await nobodyElseDeployed(world);
    }
  } catch (error) {
    if (error instanceof InconclusiveError) throw await undecided(world, operation, error);
    return comeBack(world, operation, error); // the same version on the same volumes
  }
  try {
    operation = await world.note(operation, "deploy");
    await world.deploy(plan.to);
    operation = await world.note(operation, "gate");
    await passGate(world, plan.to, operation.witness);
  } catch (error) {
    if (error instanceof InconclusiveError) throw await undecided(world, operation, error);
    return goBack(world, operation, error);
  }
  await finish(world, operation, plan.to);
}

/** What is left once the gate is passed. */
export async function finish(world: World, operation: Operation, version: string): Promise<void> {
  const last = await world.note(operation, "commit");
  await world.commit(version);
  await world.forget(last);
  await clear(world);
}

async function nobodyElseDeployed(world: World): Promise<void> {
  const { deployed, version } = await world.running();
  if (deployed)
    throw new InconclusiveError(
      `${world.name}: somebody else deployed ${version ?? "it"} in the middle of the upgrade`,
    );
}

/** Nothing was touched. What the release itself is to blame for isn't tried again; all else is tried the next time. */
async function refused(world: World, { from, to }: Plan, error: unknown): Promise<Error> {
  const why = world.mask(blame(error));
  const guilty = error instanceof ReleaseFault && to !== from;
  if (guilty) await world.reject(to, why);
  await world.alert({
    key: `preflight ${to} ${guilty ? "rejected" : why}`,
    severity: "warning",
    why,
    attempted: to,
    recovered: true,
    todo: guilty ? "nothing: it is held until a newer version comes" : "mend what is named; the next up tries again",
  });
  return new PreflightError(`${world.name}: ${to} isn't deployed, and nothing was touched: ${why}`, { cause: error });
}
