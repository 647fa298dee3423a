// Collects a program's output lines with their times.
import { execa } from "execa";

export interface Line {
  /** Milliseconds, on the clock of performance.now(). */
  readonly at: number;
  readonly text: string;
}

/** Never rejects on a nonzero exit code. Detached: the terminal's Ctrl-C must not reach the program. */
export async function linesOf(
  name: string,
  argv: readonly string[],
): Promise<{ readonly exitCode: number | undefined; readonly lines: readonly Line[] }> {
  const child = execa(name, argv, { stdin: "ignore", reject: false, all: true, detached: true });
  const lines: Line[] = [];
  for await (const text of child.iterable({ from: "all" })) lines.push({ at: performance.now(), text });
  return { exitCode: (await child).exitCode, lines };
}
