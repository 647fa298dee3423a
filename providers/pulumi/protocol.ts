// What a provider and Pulumi's engine exchange: unknown values, check failures, clean outputs, partial states.
import type { z } from "zod";

/** Stands for an input that isn't known yet, whatever its type (`pulumi.runtime.unknownValue`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether `value` contains an unknown at any depth: then nothing can be checked yet. */
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

/** zod's issues as the engine's failures: the property's path, and what was expected. */
export function failuresOf(error: z.ZodError): Failure[] {
  return error.issues.map(issue => ({ property: issue.path.join("."), reason: issue.message }));
}

/** Plain JSON: the engine's protocol can't carry undefined. */
export function clean<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/**
 * Thrown if a resource exists but isn't as desired: Pulumi keeps `properties` as its outputs, prints `reasons`,
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
