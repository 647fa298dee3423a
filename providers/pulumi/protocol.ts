// What a provider's methods say to Pulumi's engine: unknown values, check failures, clean outputs, states that are worth keeping.
import type { z } from "zod";

/** The string that stands for any input that isn't known yet (`pulumi.runtime.unknownValue`), whatever the input's type. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether `value` holds an unknown anywhere: then there is nothing to look at yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasUnknown);
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** The text that loads the provider, an input of every resource: Pulumi's next delete needs it in the state. */
export interface Registered {
  readonly __provider: string;
}

/** Inputs as the engine sends them. */
export type ResourceInputs = Record<string, unknown> & Registered;

/** What `check` returns. */
export interface Checked {
  readonly inputs: object;
  readonly failures: Failure[];
}

/** zod's issues as the engine's failures: the property's path, and what was found and wanted. */
export function failuresOf(error: z.ZodError): Failure[] {
  return error.issues.map(issue => ({ property: issue.path.join("."), reason: issue.message }));
}

/** `value` without what the engine's wire can't carry: undefined goes, everything else becomes plain JSON. */
export function clean<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/**
 * Thrown where a resource exists but isn't as it should be: Pulumi keeps `properties` as its outputs, prints `reasons`,
 * and updates it on every `up` until one succeeds.
 */
export class StateError extends Error {
  override readonly name = "StateError";
  readonly id: string;
  readonly properties: object;
  readonly reasons: string[];

  constructor(id: string, properties: object, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.id = id;
    this.properties = clean(properties);
    this.reasons = [reason];
  }
}
