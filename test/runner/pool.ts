// Runs spec files in worker processes, side by side.
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { project } from "../lab/paths.ts";
import { RESULT, type FileResult } from "./summary.ts";

export interface PoolOptions {
  /** How many files run at a time; each worker runs many, one after the other. */
  readonly workers: number;
  /** Passed to every worker: `--long`, `--grep=…`. */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Whether output is printed as it comes. Default: a file's output is printed in one piece once it is done. */
  readonly live?: boolean;
}

/** Runs every file and returns the results in no particular order. A worker that dies fails its file. */
export async function runFiles(files: readonly string[], options: PoolOptions): Promise<FileResult[]> {
  const queue = [...files];
  const results: FileResult[] = [];
  const work = async (): Promise<void> => {
    let worker: ChildProcess | undefined;
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      worker = worker?.connected ? worker : startWorker(options);
      results.push(await runFile(worker, file, options.live ?? false));
    }
    // A child or socket that a spec forgot must not keep the run open.
    worker?.kill("SIGKILL");
  };
  await Promise.all(Array.from({ length: Math.min(options.workers, files.length) }, work));
  return results;
}

function startWorker({ flags, env }: PoolOptions): ChildProcess {
  const color = process.stdout.isTTY ? ["--color"] : [];
  const worker = fork(join(project, "test/runner/worker.ts"), [...flags, ...color], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const stream of [worker.stdout, worker.stderr]) stream?.setEncoding("utf8");
  return worker;
}

function runFile(worker: ChildProcess, file: string, live: boolean): Promise<FileResult> {
  return new Promise(resolve => {
    const start = performance.now();
    const output = outputOf(live);
    let line = "";
    const finish = (result: FileResult): void => {
      worker.stdout?.off("data", onOutput);
      worker.stderr?.off("data", output.add);
      worker.off("exit", onExit);
      if (result.passed + result.failed + result.skipped > 0) output.flush();
      resolve(result);
    };
    const onOutput = (chunk: string): void => {
      line += chunk;
      const at = line.indexOf(RESULT);
      const end = line.indexOf("\n", at);
      if (at >= 0 && end >= 0) {
        output.add(line.slice(0, at).trimEnd());
        return finish(JSON.parse(line.slice(at + 1, end)) as FileResult);
      }
      if (at >= 0) return;
      output.add(line);
      line = "";
    };
    const onExit = (code: number | null, signal: string | null): void => {
      output.add(`\n${file}: its process ended with ${signal ?? `code ${code}`}\n`);
      const spec = { title: "runs to its end", seconds: 0, failed: true };
      const seconds = (performance.now() - start) / 1000;
      finish({ file, passed: 0, failed: 1, skipped: 0, seconds, specs: [spec] });
    };
    worker.stdout?.on("data", onOutput);
    worker.stderr?.on("data", output.add);
    worker.on("exit", onExit);
    worker.send(file);
  });
}

/** Collects a file's output, or prints it at once. */
function outputOf(live: boolean): { readonly add: (chunk: string) => void; readonly flush: () => void } {
  const chunks: string[] = [];
  return {
    add: chunk => void (live ? process.stdout.write(chunk) : chunks.push(chunk)),
    flush: () => process.stdout.write(`${chunks.join("").trimEnd()}\n`),
  };
}
