// `hearth run stop`: removes what `hearth run start` created.
import { displayed, NOT_YOUR_RECIPE } from "./common/errors.ts";
import type { IdentityFlags } from "./run/identity.ts";
import { runOfSteps } from "./run/steps.ts";
import { exists, teardown } from "./run/stack.ts";
import { type Run, runOfStack, stackName } from "../providers/lib/run/index.ts";

export async function stop(
  flags: IdentityFlags & { readonly run?: string; readonly verbose?: boolean },
): Promise<number> {
  const run = flags.run === undefined ? runOfSteps(flags) : parseRun(flags.run);
  const stack = stackName(run);
  try {
    if (!(await exists(stack))) {
      console.error(`hearth: ${stack} not found: nothing to do`);
      return 0;
    }
    return (await teardown(run, flags)) ? 0 : NOT_YOUR_RECIPE;
  } catch (error) {
    console.error(`hearth: ${displayed(error)}`);
    return NOT_YOUR_RECIPE;
  }
}

/** Throws if `name` is not a run's name. */
function parseRun(name: string): Run {
  const run = runOfStack(`ci-${name}`);
  if (!run) throw new Error(`--run ${JSON.stringify(name)}: expected a run's name, <recipe>-<6 hex digits>`);
  return run;
}
