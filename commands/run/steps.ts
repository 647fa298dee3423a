// The run of `start` and `stop`: both must come to the same one.
import { identify, isLasting, type IdentityFlags } from "./identity.ts";
import { type Run, runOf } from "../../providers/lib/run/index.ts";

/** Throws where nothing tells which run it is: then `stop` would never find what `start` made. */
export function runOfSteps(flags: IdentityFlags): Run {
  const identity = identify(flags, process.env);
  if (isLasting(identity)) return runOf(identity);
  throw new Error(
    "nothing says which run this is: give --build, --pr or --ref (the same to start and stop), or run it where the CI sets its variables",
  );
}
