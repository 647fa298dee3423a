// Copies of the checkout that mutants are written into: the checkout itself never changes.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { project } from "../lab/paths.ts";

export interface Copy {
  /** All that a mutant may write to. */
  readonly folder: string;
  readonly checkout: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Programs that reach beyond the copy. */
const absent = new Set(["docker", "dockerd", "abra", "pulumi", "systemctl"]);

/** Makes `count` copies of the files that git tracks or would; `remove` deletes them. */
export function makeCopies(count: number): { readonly copies: readonly Copy[]; readonly remove: () => void } {
  // A short name: specs make sockets below it, whose paths may have 107 bytes.
  const root = mkdtempSync(join(tmpdir(), "hm-"));
  const programs = join(root, "bin");
  linkPrograms(programs);
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: project })
    .toString()
    .split("\0")
    .filter(Boolean);
  const copies = Array.from({ length: count }, (_, at) => makeCopy(join(root, `${at}`), files, programs));
  return { copies, remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}

function makeCopy(folder: string, files: readonly string[], programs: string): Copy {
  const checkout = join(folder, "c");
  const [tmp, cache] = [join(folder, "t"), join(folder, "cache")];
  for (const each of [checkout, tmp, cache]) mkdirSync(each, { recursive: true });
  for (const file of files) cpSync(join(project, file), join(checkout, file), { force: true });
  symlinkSync(join(project, "node_modules"), join(checkout, "node_modules"));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: programs,
    DOCKER_HOST: "tcp://127.0.0.1:1",
    TMPDIR: tmp,
    HEARTH_MUTATE_CACHE: cache,
  };
  return { folder, checkout, env };
}

/** Links to every program on PATH but those. */
function linkPrograms(folder: string): void {
  mkdirSync(folder);
  const linked = new Set(absent);
  for (const directory of (process.env["PATH"] ?? "").split(":")) {
    for (const name of programsIn(directory)) {
      if (!linked.has(name)) symlinkSync(join(directory, name), join(folder, name));
      linked.add(name);
    }
  }
}

function programsIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
