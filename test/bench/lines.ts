// What a program prints, line by line, with the time of each.
import { execa } from "execa";

export interface Line {
  /** Milliseconds, as performance.now() counts them. */
  readonly at: number;
  readonly text: string;
}

/** Runs a program to its end, whatever its exit code, out of reach of the terminal's Ctrl-C. */
export async function linesOf(
  name: string,
  argv: readonly string[],
): Promise<{ readonly exitCode: number | undefined; readonly lines: readonly Line[] }> {
  const child = execa(name, argv, { stdin: "ignore", reject: false, all: true, detached: true });
  const lines: Line[] = [];
  for await (const text of child.iterable({ from: "all" })) lines.push({ at: performance.now(), text });
  return { exitCode: (await child).exitCode, lines };
}
