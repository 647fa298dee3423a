// The modules that decide, and the sources of the checkout.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "../lab/paths.ts";

/** Files and folders that run without arguments: a wrong decision of theirs costs data, a lock or a run. */
const deciding = [
  "providers/app",
  "providers/lease",
  "providers/realm",
  "providers/lib/abra/cli.ts",
  "providers/lib/alerts/deliver.ts",
  "providers/lib/compose",
  "providers/lib/coordination",
  "providers/lib/diagnostics/mask.ts",
  "providers/lib/env",
  "providers/lib/fs/file.ts",
  "providers/lib/health",
  "providers/lib/keycloak/usable.ts",
  "providers/lib/recipe",
  "providers/lib/snapshot",
  "providers/lib/state",
  "commands/pulumi/judgeLock.ts",
  "commands/pulumi/locks.ts",
  "commands/reap",
  "commands/run",
];

/** Texts of all source and spec files, by path below the checkout. */
export function readSources(): Map<string, string> {
  const paths = globSync("{providers,stacks,commands,test}/**/*.{ts,mjs,cjs}", { cwd: project }).toSorted();
  return new Map(paths.map(path => [path, readFileSync(join(project, path), "utf8")]));
}

/** Spec files that need no host and read no other spec's result. */
export function unitSpecs(sources: ReadonlyMap<string, string>): string[] {
  return [...sources.keys()].filter(
    path =>
      path.endsWith(".spec.ts") &&
      !path.endsWith(".long.spec.ts") &&
      !/^test\/(?:live|lab|bench|rules|mutate|runner)\//.test(path) &&
      path !== "test/check.spec.ts",
  );
}

/**
 * The files to mutate: below `paths`, or the deciding ones.
 * @throws {Error} for a path without a source file.
 */
export function modulesBelow(paths: readonly string[], sources: ReadonlyMap<string, string>): string[] {
  const wanted = (paths.length === 0 ? deciding : paths).map(path => path.replace(/^\.\/|\/$/g, ""));
  const found = wanted.flatMap(path => {
    const files = [...sources.keys()].filter(file => file === path || file.startsWith(`${path}/`));
    if (files.length === 0) throw new Error(`${path}: expected a source file or a folder of them`);
    return files;
  });
  return [...new Set(found)];
}
