// Identifies the run of `start` and `stop`: both must find the same one.
import { identify, isReproducible, type IdentityFlags } from "./identity.ts";
import { type Run, runOf } from "../../providers/lib/run/index.ts";

/** Throws if the identity would be random: `stop` would never find what `start` created. */
export function runOfSteps(flags: IdentityFlags): Run {
  const identity = identify(flags, process.env);
  if (isReproducible(identity)) return runOf(identity);
  throw new Error(
    "cannot identify the run: give --build, --pr or --ref (the same to start and stop), or set the CI's variables",
  );
}
