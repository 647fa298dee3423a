// The terms of a lease from the environment: holder and duration differ in every run, so they are no inputs.
import { z } from "zod";
import { processIdentity, type ProcessIdentity } from "../lib/process/index.ts";
import { DEFAULT_TTL, LEASE_DURATION } from "../lib/coordination/index.ts";

/** The variable; unset where Pulumi's own commands are used. */
export const LEASE = "HEARTH_LEASE";

const schema = z.union([
  z.strictObject({ holder: processIdentity }),
  z.strictObject({ seconds: z.number().positive() }),
]);

export type LeaseTermsMessage = z.infer<typeof schema>;

export interface LeaseTerms {
  /** Absent: timed. */
  readonly holder: ProcessIdentity | undefined;
  /** Milliseconds. */
  readonly duration: number;
}

/** Held by the process that is named; else timed: as long as said, or two hours. Throws where the variable holds something else. */
export function leaseTerms(text = process.env[LEASE]): LeaseTerms {
  if (text === undefined) return { holder: undefined, duration: DEFAULT_TTL };
  const told = schema.parse(JSON.parse(text));
  return "holder" in told
    ? { holder: told.holder, duration: LEASE_DURATION }
    : { holder: undefined, duration: told.seconds * 1000 };
}

/** The variable's text. */
export function encodeTerms(told: LeaseTermsMessage): string {
  return JSON.stringify(told);
}
