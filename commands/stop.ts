// `hearth run stop`: takes away what `hearth run start` made.
import { asError, NOT_YOUR_RECIPE } from "./errors.ts";
import type { IdentityFlags } from "./identity.ts";
import { lastingRun } from "./lasting.ts";
import { exists, teardown } from "./stack.ts";
import { stackName } from "../providers/run/names.ts";

export async function stop(flags: IdentityFlags & { readonly verbose?: boolean }): Promise<number> {
  const run = lastingRun(flags);
  const stack = stackName(run);
  try {
    if (!(await exists(stack))) {
      console.error(`hearth: ${stack} isn't there: nothing to do`);
      return 0;
    }
    return (await teardown(run, flags)) ? 0 : NOT_YOUR_RECIPE;
  } catch (error) {
    console.error(`hearth: ${asError(error).message}`);
    return NOT_YOUR_RECIPE;
  }
}
