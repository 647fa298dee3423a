// The health gate's window as an app's inputs and its recipe define it.
import type { Window } from "./gate.ts";
import type { Health } from "./inputs.ts";

/** `recipeSeconds`: what the compose file's healthchecks allow until their first verdict. */
export function healthWindow({ stableFor, margin }: Health, recipeSeconds: number): Window {
  return { stableFor: stableFor * 1000, deadline: (recipeSeconds + stableFor + margin) * 1000 };
}

/** What the gate observed `passed` (such as `1.4 s`) after its start, as a progress line. */
export function gateLine(seen: string, passed: string, { stableFor }: Health): string {
  return seen === "good" ? `good after ${passed}, watching for ${stableFor} s` : seen;
}
