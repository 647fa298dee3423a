// One run of spec files in a copy of the checkout, with a limit for each file and for the whole.
import { spawn, type ChildProcess } from "node:child_process";
import type { Copy } from "./copy.ts";
import { sandboxed } from "./sandbox.ts";

/** Begin the lines with which the specs' process reports a file. */
export const PASSED = "\u001epassed ";
export const FAILED = "\u001efailed ";

export interface Limits {
  /** Seconds that a file may take; a mutant that takes longer counts as killed: it hangs. */
  readonly perFile: (file: string) => number;
  /** Seconds after which no further file is begun; a mutant that no spec found by then counts as survived. */
  readonly total: number;
}

export type Outcome =
  | { readonly kind: "green"; readonly seconds: ReadonlyMap<string, number> }
  | { readonly kind: "red"; readonly spec: string }
  | { readonly kind: "hung"; readonly spec: string }
  /** Green as far as the time went. */
  | { readonly kind: "unfinished"; readonly left: number };

const running = new Set<ChildProcess>();

/** Ends what still runs: a copy can't be removed under its process. */
export function endTrials(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Runs the files in their order until one is red, hangs, or the time is over. */
export function runTrial(copy: Copy, files: readonly string[], limits: Limits): Promise<Outcome> {
  if (files.length === 0) return Promise.resolve({ kind: "green", seconds: new Map() });
  const [program = "", ...argv] = sandboxed(copy, [process.execPath, "test/mutate/runSpecs.ts", ...files]);
  const child = spawn(program, argv, { cwd: copy.checkout, env: copy.env, stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  const start = performance.now();
  const seconds = new Map<string, number>();
  let begun = start;
  let outcome: Outcome | undefined;
  let output = "";
  let timer: NodeJS.Timeout;
  const end = (result: Outcome): void => {
    outcome ??= result;
    child.kill("SIGKILL");
  };
  const begin = (): void => {
    clearTimeout(timer);
    const file = files[seconds.size];
    if (file === undefined) return;
    begun = performance.now();
    if (seconds.size > 0 && (begun - start) / 1000 > limits.total) {
      return end({ kind: "unfinished", left: files.length - seconds.size });
    }
    timer = setTimeout(() => end({ kind: "hung", spec: file }), limits.perFile(file) * 1000);
  };
  const onLine = (line: string): void => {
    if (line.startsWith(FAILED)) end({ kind: "red", spec: line.slice(FAILED.length) });
    if (!line.startsWith(PASSED)) return;
    seconds.set(line.slice(PASSED.length), (performance.now() - begun) / 1000);
    begin();
  };
  begin();
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (output + chunk).split("\n");
    output = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      running.delete(child);
      const died: Outcome = { kind: "red", spec: `${files[seconds.size] ?? "?"}: its process ended` };
      resolve(outcome ?? (seconds.size === files.length ? { kind: "green", seconds } : died));
    });
  });
}
