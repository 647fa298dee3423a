// What an interrupted operation left: finished where its version is up, undone where not. Knows nothing of Pulumi.
import type { Operation } from "../lib/state/operation.ts";
import { breaks, clear, goBack, undecided, walk } from "./rollback.ts";
import { BrokenError, InconclusiveError, UpgradeError } from "./errors.ts";
import { finish } from "./upgrade.ts";
import { passGate } from "./gate.ts";
import type { World } from "./host.ts";

/** Milliseconds after which an operation that stays at its gate without a verdict is broken. */
const UNDECIDED_LIMIT = 24 * 3_600_000;

export type Recovered = "nothing" | "finished" | "undone";

/** Finishes or undoes. Throws BrokenError where that failed, or had failed before; InconclusiveError where it must be looked at again. */
export async function recover(world: World): Promise<Recovered> {
  const operation = await world.operation();
  if (!operation) return "nothing";
  if (operation.broken)
    throw new BrokenError(
      `${world.name} is broken: ${operation.broken.why}. hearth retry, restore or accept ${world.name}`,
    );
  world.say(`${world.name}: an operation (${operation.from} → ${operation.to}) was interrupted at ${operation.step}`);
  try {
    await world.claim(`${operation.from} → ${operation.to}, interrupted at ${operation.step}`);
    return await resume(world, operation);
  } catch (error) {
    if (error instanceof UpgradeError) return "undone";
    if (error instanceof InconclusiveError && Date.now() - Date.parse(operation.stepAt) > UNDECIDED_LIMIT)
      throw await breaks(world, operation, error);
    throw error;
  }
}

/** Where `condition` says what `recover` would find: words that stay the same from one look to the next. */
export function interruptedAt(operation: Operation): string {
  return operation.broken ? "broken" : `interrupted at ${operation.step}`;
}

/** Goes on with `operation` from the step it was at. */
export async function resume(world: World, operation: Operation): Promise<Recovered> {
  if (operation.returning) return walk(world, operation, operation.step);
  switch (operation.step) {
    case "preflight":
    case "drain":
      await clear(world);
      return "undone";
    case "prepare":
      await world.restoreEnv(operation);
      await clear(world);
      return "undone";
    case "stop":
    case "snapshot":
      return walk(world, { ...operation, returning: true, snapshot: undefined }, "redeploy");
    case "deploy":
      // What half a deploy left isn't known, and an interrupted one is no proof against the version: undone, and not rejected.
      return walk(world, { ...operation, returning: true, rejects: false }, "takedown");
    case "commit":
      // It had passed its gate. Were it down by now, it would be repaired; its data is not to be taken back any more.
      await finish(world, operation, operation.to);
      return "finished";
    default:
      return lookAgain(world, operation);
  }
}

/** It was deployed whole: a whole window of its own decides. */
async function lookAgain(world: World, operation: Operation): Promise<Recovered> {
  try {
    await passGate(world, operation.to, operation.witness);
  } catch (error) {
    if (error instanceof InconclusiveError) throw await undecided(world, operation, error);
    return goBack(world, operation, error, false); // a power cut is no proof against the version
  }
  await finish(world, operation, operation.to);
  return "finished";
}
