// Checks what no linter does: lengths of source files, and recipe names outside profiles.
import { readFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { join } from "node:path";

export interface Source {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/** Lines of the longest source file and of the median one; columns of a line. */
export const LIMITS = { longest: 200, median: 60, columns: 120 } as const;

const folders = ["providers", "stacks", "commands"];

/** Every source file, without the specs. */
export async function readSources(project: string): Promise<Source[]> {
  const paths = folders.flatMap(folder => globSync(`${folder}/**/*.{ts,mjs,cjs}`, { cwd: project })).toSorted();
  return Promise.all(paths.map(async path => ({ path, text: await readFile(join(project, path), "utf8") })));
}

/** Violations, one line each: `path:line: message`. */
export function brokenRules(sources: readonly Source[]): string[] {
  return [...sources.flatMap(tooLong), ...medianTooLong(sources), ...sources.flatMap(brokenLines)];
}

function linesOf({ text }: Source): number {
  return text.split("\n").length - 1;
}

function tooLong(source: Source): string[] {
  const lines = linesOf(source);
  return lines > LIMITS.longest ? [`${source.path}: ${lines} lines; expected at most ${LIMITS.longest}`] : [];
}

function medianTooLong(sources: readonly Source[]): string[] {
  const lengths = sources.map(linesOf).toSorted((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return median > LIMITS.median ? [`the median file has ${median} lines; expected at most ${LIMITS.median}`] : [];
}

interface LineRule {
  readonly pattern: RegExp;
  readonly message: string;
  /** Files that are exempt from the rule. */
  readonly except?: RegExp;
}

const recipe = String.raw`["'\`](?:keycloak|traefik|custom-html)["'\`]`;

const lineRules: readonly LineRule[] = [
  {
    pattern: new RegExp(String.raw`(?:[!=]==?\s*${recipe}|${recipe}\s*[!=]==?|\bcase ${recipe})`),
    message: "compares a recipe's name; expected a property of its profile",
    except: /^providers\/app\/profiles\//,
  },
  {
    pattern: /(?:\/\/|^\s*\/?\*).*\b[FP]\d{1,2}\b/,
    message: "names a fault or a promise by number; expected words",
  },
  {
    pattern: /\b__provider\b/,
    message: "uses __provider; expected only in providers/pulumi",
    except: /^providers\/pulumi\//,
  },
];

function brokenLines({ path, text }: Source): string[] {
  const rules = lineRules.filter(({ except }) => !except?.test(path));
  return text
    .split("\n")
    .flatMap((line, at) =>
      [...rules.filter(({ pattern }) => pattern.test(line)).map(({ message }) => message), ...tooWide(line)].map(
        message => `${path}:${at + 1}: ${message}`,
      ),
    );
}

/** The formatter wraps neither comments nor strings. */
function tooWide(line: string): string[] {
  return line.length > LIMITS.columns ? [`${line.length} columns; expected at most ${LIMITS.columns}`] : [];
}
