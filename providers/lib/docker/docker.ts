// Runs docker's CLI, a process per call. Frequent queries use api.ts.
import { type Result, run, type RunOptions } from "../process/index.ts";

/** Runs `docker` with `argv`; `what` is verb and noun for the error. Throws ProgramError. */
export function docker(argv: readonly string[], what: string, options: RunOptions = {}): Promise<Result> {
  return run("docker", argv, what, { timeout: 120_000, ...options });
}

/** Parses the output of `--format '{{json .}}'`: one JSON document per line. */
export function jsonLines<T>(stdout: string): T[] {
  return stdout
    .split("\n")
    .filter(line => line.trim() !== "")
    .map(line => JSON.parse(line) as T);
}
