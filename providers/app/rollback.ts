// The way back: evidence, take down, restore, deploy the version before, gate. Resumed at the step where it was cut off.
import type { Operation, OperationStep } from "../lib/state/operation.ts";
import { blame, BrokenError, fatalOf, InconclusiveError, UpgradeError } from "./errors.ts";
import { passGate } from "./gate.ts";
import type { World } from "./host.ts";

/** Before the deploy began: the same version on the same volumes, and nothing rejected. Throws UpgradeError, or BrokenError. */
export async function comeBack(world: World, operation: Operation, failure: unknown): Promise<never> {
  const why = world.mask(blame(failure));
  world.say(`${world.name}: ${why}; going on with ${operation.from}`);
  return walk(
    world,
    { ...operation, returning: true, rejects: false, snapshot: undefined, why, fatal: fatal(world, failure) },
    "redeploy",
  );
}

/** Once the deploy has begun: version and data as they were. Throws UpgradeError, or BrokenError. */
export async function goBack(world: World, operation: Operation, failure: unknown, rejects = true): Promise<never> {
  const why = world.mask(blame(failure));
  world.say(`${world.name}: ${why}; going back to ${operation.from}`);
  return walk(
    world,
    {
      ...operation,
      returning: true,
      rejects: rejects && operation.to !== operation.from,
      why,
      fatal: fatal(world, failure),
    },
    "evidence",
  );
}

const way = [
  "evidence",
  "takedown",
  "restore",
  "redeploy",
  "regate",
  "settle",
] as const satisfies readonly OperationStep[];

function fatal(world: World, error: unknown): string | undefined {
  const said = fatalOf(error);
  return said === undefined ? undefined : world.mask(said);
}

/** What ran before: an operation begins where something runs. */
function before({ from }: Operation): string {
  if (from === undefined) throw new Error("the journal doesn't say what ran before");
  return from;
}

/** Goes on from `first`. A rollback is never rolled back: what fails here makes the app broken. */
export async function walk(world: World, operation: Operation, first: OperationStep): Promise<never> {
  let at = operation;
  const from = way.findIndex(step => step === first);
  if (from < 0) throw new Error(`${world.name}: ${first} is no step of the way back`);
  try {
    for (const step of way.slice(from)) {
      at = await world.note(at, step);
      at = { ...at, ...(await doing[step](world, at)) };
    }
  } catch (error) {
    if (error instanceof InconclusiveError) throw await undecided(world, at, error);
    throw await breaks(world, at, error);
  }
  await clear(world);
  throw new UpgradeError(
    `${world.name}: ${at.why ?? "the upgrade was interrupted"}; ${at.from} runs again${at.snapshot ? ", with the data it had" : ""}`,
  );
}

type Doing = (world: World, operation: Operation) => Promise<Partial<Operation> | void>;

const doing: Record<(typeof way)[number], Doing> = {
  async evidence(world, operation) {
    // A way back that can't be described is still to be gone.
    const evidence = await world
      .evidence(operation)
      .catch(error => world.say(`${world.name}: no evidence could be written: ${blame(error)}`));
    return evidence === undefined ? {} : { evidence };
  },
  async takedown(world, operation) {
    await nobodyElses(world, operation);
    if (world.stateful) await world.stop();
  },
  async restore(world, operation) {
    if (operation.snapshot !== undefined) await world.restore(operation);
  },
  async redeploy(world, operation) {
    await nobodyElses(world, operation);
    await world.restoreEnv(operation);
    await world.deploy(before(operation));
  },
  async regate(world, operation) {
    await passGate(world, before(operation), operation.witness);
  },
  async settle(world, operation) {
    const { to, from, why, rejects = false } = operation;
    if (rejects && why !== undefined) await world.reject(to, why);
    if (operation.kind === "restore") {
      await world.commit(before(operation));
      if (to !== from) await world.reject(to, "taken back by a person");
    }
    await world.forget(operation);
    if (why === undefined) return;
    await world.alert({
      key: `${operation.id} recovered`,
      severity: "warning",
      why,
      attempted: to,
      recovered: true,
      fatal: operation.fatal,
      evidence: operation.evidence,
      todo: rejects
        ? `nothing: ${to} is held until a newer version comes, or it is approved`
        : `nothing: ${from} runs as before; the next up tries again`,
    });
  },
};

/** The end of an operation, whichever way it went: the app is given back to runs, and the journal is closed. */
export async function clear(world: World): Promise<void> {
  await world.giveBack();
  await world.close();
}

/** What somebody deployed meanwhile is neither taken down nor deployed over. */
async function nobodyElses(world: World, { from, to }: Operation): Promise<void> {
  const { deployed, version } = await world.running();
  if (deployed && version !== from && version !== to)
    throw new InconclusiveError(`${world.name}: somebody else deployed ${version ?? "it"} meanwhile`);
}

/** Nothing is known against the app: the operation stays where it is, and maintenance with it; `recover` looks again. */
export async function undecided(
  world: World,
  operation: Operation,
  error: InconclusiveError,
): Promise<InconclusiveError> {
  await world.alert({
    key: `${operation.id} inconclusive`,
    severity: "warning",
    why: error.message,
    attempted: operation.to,
    recovered: false,
    evidence: operation.evidence,
    todo: `look at what is named; hearth looks again by itself and undoes nothing meanwhile`,
  });
  return error;
}

/** Written down and told; nothing is deleted, nothing more is done by itself. */
export async function breaks(world: World, operation: Operation, error: unknown): Promise<BrokenError> {
  const why = world.mask(blame(error));
  // Whatever a person does next: it failed here.
  if (operation.rejects && operation.why !== undefined) await world.reject(operation.to, operation.why);
  await world.note(operation, operation.step, { broken: { why, at: new Date().toISOString() } });
  await world.alert({
    key: `${operation.id} broken ${operation.step}`,
    severity: "critical",
    why,
    attempted: operation.to,
    recovered: false,
    fatal: fatal(world, error) ?? operation.fatal,
    evidence: operation.evidence,
    todo: `hearth retry ${world.name}, hearth restore ${world.name} or hearth accept ${world.name}: each says first what it will do`,
  });
  return new BrokenError(
    `${world.name} is broken: ${why}. Nothing is touched until somebody says: hearth retry, restore or accept ${world.name}`,
    {
      cause: error,
    },
  );
}
