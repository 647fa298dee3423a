// The mutants of a source file: copies that differ from it in one place.
import ts from "typescript";
import { changesOf, type Change } from "./changes.ts";

export interface Mutant extends Change {
  /** Path of the changed file below the checkout. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** The line before the change, trimmed: with `change` it names a mutant whatever its line number. */
  readonly source: string;
  /** `before → after`, on one line. */
  readonly change: string;
}

/** Every mutant of a file, in the order of its text. Types, imports and exports of other files have none. */
export function findMutants(file: string, text: string): Mutant[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = text.split("\n");
  const schemas = /from "zod"/.test(text);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isDeclarationOnly(node)) return;
    for (const change of changesOf(node, each => each.getText(tree), schemas)) {
      const line = tree.getLineAndCharacterOfPosition(change.start).line;
      const before = text.slice(change.start, change.end);
      mutants.push({
        ...change,
        file,
        line: line + 1,
        source: (lines[line] ?? "").trim(),
        change: `${oneLine(before)} → ${oneLine(change.replacement)}`,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants.toSorted((a, b) => a.start - b.start);
}

/** The file's text with the mutant's change. */
export function mutate(text: string, { start, end, replacement }: Change): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function isDeclarationOnly(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

function oneLine(text: string): string {
  const short = text.replace(/\s+/g, " ").trim();
  return short.length > 70 ? `${short.slice(0, 69)}…` : short;
}
