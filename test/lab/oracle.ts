// The genuine readers of .env and compose files (godotenv, docker's loader), built from Go modules: abra's stand-in reads
// with them, and specs compare hearth's readers with them.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { exists } from "./host.ts";
import { at, cache, project } from "./paths.ts";
import { shellTo, type Shell } from "./shell.ts";
import type { Step } from "./steps.ts";

const source = join(project, "test/lab/oracle");

/** Path of the program for the source as it is. */
async function programPath(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of (await readdir(source)).toSorted()) hash.update(file).update(await readFile(join(source, file)));
  return join(cache, "go", `oracle-${hash.digest("hex").slice(0, 16)}`, "oracle");
}

async function build(shell: Shell): Promise<void> {
  const target = await programPath();
  const work = `${dirname(target)}.${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    await cp(source, join(work, "source"), { recursive: true });
    const argv = ["build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", join(work, "out", "oracle"), "."];
    await shell("go", argv, { cwd: join(work, "source"), env: { CGO_ENABLED: "0" } });
    await rm(dirname(target), { recursive: true, force: true });
    await rename(join(work, "out"), dirname(target));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export const oracleStep: Step = {
  name: "build oracle",
  ready: async () => exists(await programPath()),
  run: build,
};

/** What it reads from `input`, or why it can't. Builds the program first if the cache lacks it. */
export async function ask<T>(what: "env" | "compose", input: string): Promise<{ answer: T } | { error: string }> {
  const program = await programPath();
  if (!(await exists(program))) await build(shellTo(join(at.logs, "build-oracle.log")));
  const done = await execa(program, [what], { input, reject: false });
  if (done.failed && done.exitCode !== 1) throw done;
  return done.failed ? { error: done.stderr } : { answer: JSON.parse(done.stdout) as T };
}
