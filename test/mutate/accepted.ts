// Survivors that are accepted: mutants that change nothing, or nothing that a spec can see. Each has a reason.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutants.ts";

export interface Accepted {
  readonly file: string;
  /** The line before the change, trimmed. */
  readonly source: string;
  /** As the report prints it; absent: every change of that line. */
  readonly change?: string;
  readonly reason: string;
}

/** The list in accepted.json. */
export function readAccepted(): Accepted[] {
  return JSON.parse(readFileSync(fileURLToPath(new URL("accepted.json", import.meta.url)), "utf8")) as Accepted[];
}

export function isAccepted(mutant: Mutant, accepted: readonly Accepted[]): boolean {
  return accepted.some(each => matches(mutant, each));
}

/** Entries of these files that no mutant matches: the line has changed. */
export function staleEntries(mutants: readonly Mutant[], accepted: readonly Accepted[]): Accepted[] {
  const files = new Set(mutants.map(({ file }) => file));
  return accepted.filter(each => files.has(each.file) && !mutants.some(mutant => matches(mutant, each)));
}

function matches(mutant: Mutant, { file, source, change }: Accepted): boolean {
  return mutant.file === file && mutant.source === source && (change === undefined || mutant.change === change);
}
