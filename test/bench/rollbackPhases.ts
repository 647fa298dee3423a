// Derives a rollback's phases from hearth's progress lines: verdict, data restored, app healthy. Pure.
import type { Line } from "./lines.ts";
import type { Times } from "./row.ts";

export type RollbackTimes = Times<"verdict" | "restore" | "start" | "total">;

/**
 * verdict: from deploying the broken release to the decision to roll back. restore: diagnostics, undeploy, restore
 * data. start: from deploying the previous version to healthy, its whole window included. Throws if a line is missing.
 */
export function rollbackPhases(app: string, to: string, from: string, lines: readonly Line[]): RollbackTimes {
  const marks = [
    `${app}: deploying ${to}`,
    `rolling back to ${from}`,
    `${app}: restored `,
    `${app}: deploying ${from}`,
    `${app}: healthy at ${from}`,
  ] as const;
  // Pulumi prints each line twice, live and at the end: use the first.
  const times = marks.map(mark => {
    const line = lines.find(({ text }) => text.includes(mark));
    if (!line)
      throw new Error(`pulumi up printed no line with "${mark}":\n${lines.map(({ text }) => text).join("\n")}`);
    return line.at;
  });
  const [deployed, decided, , again, healthy] = times as [number, number, number, number, number];
  return {
    verdict: decided - deployed,
    restore: again - decided,
    start: healthy - again,
    total: healthy - deployed,
  };
}
