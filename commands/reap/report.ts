// The reaper's report: lines for people, counts for metrics. Pure.
import type { Removed, Report } from "./reap.ts";
import type { Reason, Skip } from "./observed.ts";

/** `docs-9c1995: realm, stack docs-9c1995_…, pulumi stack, lease removed (holder pid 123 on host is dead)` */
export function removedLine({ what, parts, why }: Removed, dryRun: boolean): string {
  const names = parts.map(({ kind, name }) => (kind === "stack" ? `stack ${name}` : kind)).join(", ");
  return `${what}${names === "" ? "" : `: ${names}`} ${dryRun ? "would be removed" : "removed"} (${why})`;
}

/** Reasons why a dead run is left although it should be gone. */
const remaining: ReadonlySet<Reason> = new Set<Reason>([
  "keycloak is down",
  "keycloak query failed",
  "in use by Pulumi",
  "lock holder unknown",
]);

/** Dead runs that the reaper couldn't remove. */
export function remainingOf({ skipped }: Pick<Report, "skipped">): readonly Skip[] {
  return skipped.filter(({ reason }) => remaining.has(reason));
}

/** `docs-9c1995: not removed: in use by Pulumi (pulumi's lock of …)` */
export function remainingLine({ what, reason, detail }: Skip): string {
  return `${what}: not removed: ${reason}${detail === undefined ? "" : ` (${detail})`}`;
}

export function skippedLine({ what, reason, detail }: Skip): string {
  return `skipped: ${what}: ${reason}${detail === undefined ? "" : ` (${detail})`}`;
}

/** `2 removed, 1 failed, 3 skipped (live 2, foreign 1)` */
export function lastLine({ removed, failed, skipped }: Report, dryRun: boolean): string {
  const reasons = Object.entries(tally(skipped)).map(([reason, count]) => `${reason} ${count}`);
  const parts = [
    `${removed.length} ${dryRun ? "to be removed" : "removed"}`,
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped (${reasons.join(", ")})`] : []),
  ];
  return parts.join(", ");
}

const kinds = {
  realm: "realms",
  stack: "stacks",
  "pulumi stack": "pulumiStacks",
  "run folder": "runFolders",
  lease: "leases",
} as const;

export type Counts = Readonly<Record<(typeof kinds)[keyof typeof kinds] | "removed" | "failed" | "skipped", number>> & {
  readonly reasons: Readonly<Record<string, number>>;
};

/** Removed objects by kind, skipped ones by reason. */
export function countsOf({ removed, failed, skipped }: Report): Counts {
  const parts = removed.flatMap(each => each.parts);
  const of = (kind: keyof typeof kinds) => parts.filter(part => part.kind === kind).length;
  return {
    removed: removed.length,
    realms: of("realm"),
    stacks: of("stack"),
    pulumiStacks: of("pulumi stack"),
    runFolders: of("run folder"),
    leases: of("lease"),
    failed: failed.length,
    skipped: skipped.length,
    reasons: tally(skipped),
  };
}

function tally(skipped: readonly Skip[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of skipped) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
