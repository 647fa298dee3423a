// What a lease is told by environment: whose it is and how long it lasts would differ each time, and so are no inputs.
import { z } from "zod";
import { owner, type Owner } from "../lib/process/identity.ts";
import { HELD, TTL } from "../lib/coordination/liveness.ts";

/** The variable; unset where Pulumi's own commands are used. */
export const LEASE = "HEARTH_LEASE";

const schema = z.union([z.strictObject({ owner }), z.strictObject({ seconds: z.number().positive() })]);

export type Told = z.infer<typeof schema>;

export interface Terms {
  /** Absent: timed. */
  readonly owner: Owner | undefined;
  /** Milliseconds. */
  readonly lasts: number;
}

/** Held by the process that is named; else timed: as long as said, or two hours. Throws where the variable holds something else. */
export function termsOf(text = process.env[LEASE]): Terms {
  if (text === undefined) return { owner: undefined, lasts: TTL };
  const told = schema.parse(JSON.parse(text));
  return "owner" in told ? { owner: told.owner, lasts: HELD } : { owner: undefined, lasts: told.seconds * 1000 };
}

/** The variable's text. */
export function tellTerms(told: Told): string {
  return JSON.stringify(told);
}
