// Reads a lease's holder and duration from the environment: as inputs they would differ in every `up`.
import { z } from "zod";
import { processIdentity, type ProcessIdentity } from "../process/index.ts";
import { DEFAULT_TTL, LEASE_DURATION } from "./liveness.ts";

/** Variable with the terms as JSON; unset if Pulumi was started without hearth. */
export const LEASE = "HEARTH_LEASE";

const schema = z.union([
  z.strictObject({ holder: processIdentity }),
  z.strictObject({ seconds: z.number().positive() }),
]);

export type LeaseTermsMessage = z.infer<typeof schema>;

interface LeaseTerms {
  /** undefined: a timed lease. */
  readonly holder: ProcessIdentity | undefined;
  /** Milliseconds. */
  readonly duration: number;
}

/** Held by the given process, else timed with the given duration (default: two hours). Throws if invalid. */
export function leaseTerms(text = process.env[LEASE]): LeaseTerms {
  if (text === undefined) return { holder: undefined, duration: DEFAULT_TTL };
  const terms = schema.parse(JSON.parse(text));
  return "holder" in terms
    ? { holder: terms.holder, duration: LEASE_DURATION }
    : { holder: undefined, duration: terms.seconds * 1000 };
}

/** The variable's text. */
export function encodeTerms(terms: LeaseTermsMessage): string {
  return JSON.stringify(terms);
}
