// Limits how long another program may run, with all that it starts.

/** Seconds between SIGTERM and SIGKILL. */
export const GRACE = 5;

/**
 * The command that runs `program` for at most `limit` milliseconds. timeout(1) makes a process group and signals all of
 * it: a child that outlived the program would keep its output open and the locks that it inherited. It exits as the
 * program does, forwards SIGTERM, and keeps the limit even if this process is killed.
 */
export function withLimit(
  limit: number,
  [program, argv]: readonly [program: string, argv: readonly string[]],
): readonly [program: string, argv: readonly string[]] {
  return ["timeout", ["-k", String(GRACE), String(limit / 1000), program, ...argv]];
}
