// The error for a run that failed although its recipe isn't at fault.

/** hearth couldn't give the run what it needs; exit code 125. */
export class NotYourRecipeError extends Error {
  override readonly name = "NotYourRecipeError";
}

export const NOT_YOUR_RECIPE = 125;

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
