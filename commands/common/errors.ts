// The error for a run that failed although its recipe isn't at fault.

import { mask } from "../../providers/lib/diagnostics/index.ts";

/** hearth couldn't give the run what it needs; exit code 125. */
export class NotYourRecipeError extends Error {
  override readonly name = "NotYourRecipeError";
}

export const NOT_YOUR_RECIPE = 125;

/** The message for a terminal or a log of the CI: without what looks like a secret. */
export function displayed(thrown: unknown): string {
  return mask(asError(thrown).message, []);
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
