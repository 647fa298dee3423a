// Which skipped runs and failures have lasted longer than a day. Pure.
import { z } from "zod";
import { format } from "../../providers/lib/fs/index.ts";
import type { Failed } from "./reap.ts";
import type { Reason, Skip } from "./observed.ts";

/** Reasons that end by themselves: everything else is skipped for good, or active. */
const passing: ReadonlySet<Reason> = new Set<Reason>([
  "no lease yet",
  "too young",
  "keycloak is down",
  "keycloak is in maintenance",
  "keycloak query failed",
  "in use by Pulumi",
  "lock holder unknown",
  "changed meanwhile",
]);

const entry = z.object({
  what: z.string(),
  /** Of the last pass. */
  why: z.string(),
  /** When it was skipped first, in ISO 8601. */
  since: z.string(),
  /** Milliseconds from the first pass that skipped it to the last, not by the wall clock. */
  lasted: z.number().nonnegative(),
});

/** What the last pass of the reaper skipped, and when that was. */
export const skippedFile = z.object({
  format,
  boot: z.string(),
  /** Milliseconds since boot. */
  uptime: z.number().nonnegative(),
  skipped: z.array(entry),
});

export type SkippedFile = z.infer<typeof skippedFile>;
export type Overdue = z.infer<typeof entry>;

/** Milliseconds. */
const LIMIT = 24 * 3_600_000;

interface Pass {
  readonly boot: string;
  readonly uptime: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The file after this pass. The time that the host was off doesn't count. */
export function track(
  before: SkippedFile | undefined,
  { skipped, failed }: { readonly skipped: readonly Skip[]; readonly failed: readonly Failed[] },
  { boot, uptime, now }: Pass,
): SkippedFile {
  const elapsed = before?.boot === boot ? Math.max(0, uptime - before.uptime) : uptime;
  const all = [
    ...failed.map(({ what, why }) => ({ what, why })),
    ...skipped
      .filter(({ reason }) => passing.has(reason))
      .map(({ what, reason, detail }) => ({ what, why: detail === undefined ? reason : `${reason} (${detail})` })),
  ];
  const entries = [...new Map(all.map(each => [each.what, each])).values()].map(each => {
    const known = before?.skipped.find(({ what }) => what === each.what);
    return known
      ? { ...known, why: each.why, lasted: known.lasted + elapsed }
      : { ...each, since: new Date(now).toISOString(), lasted: 0 };
  });
  return { format: 1, boot, uptime, skipped: entries };
}

export function overdueOf({ skipped }: SkippedFile): Overdue[] {
  return skipped.filter(({ lasted }) => lasted >= LIMIT);
}
