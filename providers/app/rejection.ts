// Whether an operation ends by rejecting its target. Pure.
import type { Operation } from "../lib/state/index.ts";

/** Why the rollback will reject its target once it ends; undefined if it won't. */
export function rejectionAtEnd({ kind, rollingBack, rejectsTarget, from, to, why }: Operation): string | undefined {
  if (!rollingBack || to === from) return undefined;
  if (kind === "restore") return "an operator restored an older version";
  return rejectsTarget ? why : undefined;
}
