// Which spec files reach a source file, found by imports and by the paths that specs name.
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** Source texts by path below the checkout. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  readonly from: string;
  /** Imported names; undefined: the whole module. */
  readonly names: readonly string[] | undefined;
}

interface Module {
  readonly imports: readonly Import[];
  /** Of a file that only passes on: the file that each name comes from, and its name there. */
  readonly passes: ReadonlyMap<string, { readonly from: string; readonly name: string }> | undefined;
}

/** For each spec file, how many imports away each file is that it reaches. */
export function distances(sources: Sources, specs: readonly string[]): Map<string, Map<string, number>> {
  const modules = new Map([...sources].map(([path, text]) => [path, readModule(path, text, sources)]));
  return new Map(specs.map(spec => [spec, reach(spec, modules)]));
}

/** The spec files that reach a file, nearest first, those in its own folder before others: they find a fault soonest. */
export function specsOf(file: string, reached: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] {
  return [...reached]
    .flatMap(([spec, distance]) => (distance.has(file) ? [{ spec, away: distance.get(file) ?? 0 }] : []))
    .toSorted((a, b) => a.away - b.away || shared(b.spec, file) - shared(a.spec, file) || a.spec.localeCompare(b.spec))
    .map(({ spec }) => spec);
}

/** How many folders a spec's path shares with a source's: specs mirror the sources. */
function shared(spec: string, file: string): number {
  const [one, other] = [spec, file].map(path => path.replace(/^(?:test|providers)\//, "").split("/"));
  return one!.findIndex((part, at) => part !== other![at]);
}

/** Four files, then twice as many each time: most mutants die in the first batch. */
export function batchesOf(files: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let [from, size] = [0, 4]; from < files.length; [from, size] = [from + size, size * 2])
    batches.push(files.slice(from, from + size));
  return batches;
}

function reach(spec: string, modules: ReadonlyMap<string, Module>): Map<string, number> {
  const away = new Map([[spec, 0]]);
  for (const [path, distance] of away) {
    for (const target of (modules.get(path)?.imports ?? []).flatMap(each => targets(each, modules))) {
      if (!away.has(target)) away.set(target, distance + 1);
    }
  }
  return away;
}

/** The files behind an import: for a file that only passes on, those that the imported names come from. */
function targets({ from, names }: Import, modules: ReadonlyMap<string, Module>): string[] {
  const { passes } = modules.get(from) ?? {};
  if (passes === undefined) return [from];
  return (names ?? [...passes.keys()]).flatMap(name => {
    const found = passes.get(name);
    return found === undefined ? [] : targets({ from: found.from, names: [found.name] }, modules);
  });
}

function readModule(path: string, text: string, sources: Sources): Module {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const passes = new Map<string, { from: string; name: string }>();
  const resolve = (name: string): string[] =>
    [normalize(join(dirname(path), name)), name].filter(each => sources.has(each)).slice(0, 1);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return addImport(node);
    if (ts.isExportDeclaration(node)) return addPasses(node);
    if (ts.isStringLiteralLike(node)) imports.push(...resolve(node.text).map(from => ({ from, names: undefined })));
    ts.forEachChild(node, visit);
  };
  const addImport = ({ importClause, moduleSpecifier }: ts.ImportDeclaration): void => {
    if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return;
    const bindings = importClause?.namedBindings;
    const elements = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : undefined;
    const names = elements?.filter(each => !each.isTypeOnly).map(each => (each.propertyName ?? each.name).text);
    imports.push(...resolve((moduleSpecifier as ts.StringLiteral).text).map(from => ({ from, names })));
  };
  const addPasses = ({ exportClause, moduleSpecifier, isTypeOnly }: ts.ExportDeclaration): void => {
    if (isTypeOnly || moduleSpecifier === undefined) return;
    for (const from of resolve((moduleSpecifier as ts.StringLiteral).text)) {
      imports.push({ from, names: undefined });
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) continue;
      for (const { name, propertyName, isTypeOnly: type } of exportClause.elements) {
        if (!type) passes.set(name.text, { from, name: (propertyName ?? name).text });
      }
    }
  };
  ts.forEachChild(tree, visit);
  return { imports, passes: onlyPasses(tree) ? passes : undefined };
}

/** Whether a file consists of `export { … } from` alone. */
function onlyPasses(tree: ts.SourceFile): boolean {
  return (
    tree.statements.length > 0 &&
    tree.statements.every(
      each =>
        ts.isExportDeclaration(each) &&
        (each.isTypeOnly || (each.exportClause !== undefined && ts.isNamedExports(each.exportClause))),
    )
  );
}
