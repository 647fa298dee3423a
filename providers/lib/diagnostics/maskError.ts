// Masks an error before another program stores or prints it: Pulumi keeps messages in its state, and prints stacks.
import { mask } from "./mask.ts";

/** Values of variables that are named like a secret; shorter ones occur by chance. */
export function namedSecrets(env: Readonly<Record<string, string>>): string[] {
  const found = Object.entries(env).filter(([key, value]) => /PASS|SECRET|TOKEN|KEY/.test(key) && value.length >= 8);
  return found.map(([, value]) => value);
}

/**
 * Masks `secrets`, and whatever looks like one, in every text of `error`: message, stack, reasons, and those of its
 * causes. Returns it: its class and its other fields stay.
 */
export function maskError(error: unknown, secrets: readonly string[]): unknown {
  if (typeof error === "string") return mask(error, secrets);
  if (!(error instanceof Error)) return error;
  for (const field of ["stack", "message", "fatal", "reasons"]) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === "string") Reflect.set(error, field, mask(value, secrets));
    if (Array.isArray(value))
      Reflect.set(
        error,
        field,
        value.map(each => maskError(each, secrets)),
      );
  }
  maskError(error.cause, secrets);
  return error;
}
