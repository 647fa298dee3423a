// Records a program's output lines with their times.
import { execa } from "execa";

export interface Line {
  /** Milliseconds, as performance.now(). */
  readonly at: number;
  readonly text: string;
}

/** Runs a program to its end, whatever its exit code, in its own process group: Ctrl-C doesn't reach it. */
export async function linesOf(
  name: string,
  argv: readonly string[],
): Promise<{ readonly exitCode: number | undefined; readonly lines: readonly Line[] }> {
  const child = execa(name, argv, { stdin: "ignore", reject: false, all: true, detached: true });
  const lines: Line[] = [];
  for await (const text of child.iterable({ from: "all" })) lines.push({ at: performance.now(), text });
  return { exitCode: (await child).exitCode, lines };
}
