// Asks the genuine readers of .env and compose files (godotenv, docker's loader): specs compare hearth's readers with
// them.
import { execa } from "execa";
import { ensureOwnProgram } from "./ownPrograms.ts";

/** What it reads from `input`, or why it can't. */
export async function ask<T>(what: "env" | "compose", input: string): Promise<{ answer: T } | { error: string }> {
  const done = await execa(await ensureOwnProgram("oracle"), [what], { input, reject: false });
  if (done.failed && done.exitCode !== 1) throw done;
  return done.failed ? { error: done.stderr } : { answer: JSON.parse(done.stdout) as T };
}
