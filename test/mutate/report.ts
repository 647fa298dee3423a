// What a run prints: a table of modules and kinds of change, the survivors, the score.
import type { Mutant } from "./mutants.ts";

export interface Verdict {
  readonly mutant: Mutant;
  readonly killed: boolean;
  /** The spec that found it, or why none did. */
  readonly by: string;
}

/** Percent of the mutants that were killed; 100 of none. */
export function score(verdicts: readonly Verdict[]): number {
  return verdicts.length === 0 ? 100 : (100 * verdicts.filter(({ killed }) => killed).length) / verdicts.length;
}

/** The table of modules, weakest first, the table of kinds, and the survivors with file, line and change. */
export function report(verdicts: readonly Verdict[]): string[] {
  const survivors = verdicts.filter(({ killed }) => !killed);
  return [
    ...table("module", verdicts, ({ mutant }) => mutant.file),
    "",
    ...table("kind of change", verdicts, ({ mutant }) => mutant.kind),
    ...(survivors.length === 0 ? [] : ["", "survivors:"]),
    ...survivors.map(survivorLine),
    "",
    scoreLine(verdicts),
  ];
}

/** `file:line kind: before → after`, and why no spec found it. */
export function survivorLine({ mutant, by }: Verdict): string {
  return `  ${mutant.file}:${mutant.line} ${mutant.kind}: ${mutant.change}${by === "" ? "" : ` (${by})`}`;
}

export function scoreLine(verdicts: readonly Verdict[]): string {
  const killed = verdicts.filter(each => each.killed).length;
  return `${killed} of ${verdicts.length} mutants killed: ${score(verdicts).toFixed(1)} %`;
}

function table(title: string, verdicts: readonly Verdict[], key: (verdict: Verdict) => string): string[] {
  const groups = [...Map.groupBy(verdicts, key)]
    .map(([name, group]) => ({ name, group, percent: score(group) }))
    .toSorted((a, b) => a.percent - b.percent || a.name.localeCompare(b.name));
  const row = (killed: string, all: string, percent: string, name: string): string =>
    `${killed.padStart(7)} ${all.padStart(5)} ${percent.padStart(6)}  ${name}`;
  return [
    row("killed", "of", "%", title),
    ...groups.map(({ name, group, percent }) =>
      row(`${group.filter(({ killed }) => killed).length}`, `${group.length}`, percent.toFixed(1), name),
    ),
  ];
}
