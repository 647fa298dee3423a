// The phases of a rollback, from hearth's progress lines: verdict, data restored, app healthy. Pure.
import type { Line } from "./lines.ts";
import type { Times } from "./row.ts";

export type UndoneTimes = Times<"verdict" | "restore" | "start" | "in all">;

/**
 * verdict: from the broken release's deploy to its rejection. restore: diagnostics, undeploy, extract, swap. start:
 * from the deploy of the previous version to healthy for the whole window. Throws if a line is missing.
 */
export function undone(app: string, to: string, from: string, lines: readonly Line[]): UndoneTimes {
  const marks = [
    `${app}: deploying ${to}`,
    `going back to ${from}`,
    `${app}: restored `,
    `${app}: deploying ${from}`,
    `${app}: healthy at ${from}`,
  ] as const;
  // Pulumi prints each line twice, at once and at the end: the first one counts.
  const times = marks.map(mark => {
    const line = lines.find(({ text }) => text.includes(mark));
    if (!line) throw new Error(`pulumi up never printed "${mark}":\n${lines.map(({ text }) => text).join("\n")}`);
    return line.at;
  });
  const [deployed, decided, , again, healthy] = times as [number, number, number, number, number];
  return {
    verdict: decided - deployed,
    restore: again - decided,
    start: healthy - again,
    "in all": healthy - deployed,
  };
}
