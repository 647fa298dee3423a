// Runs one spec file in this process.
import { join } from "node:path";
import Mocha from "mocha";
import { project } from "../lab/paths.ts";
import type { FileResult, SpecResult } from "./summary.ts";

/** Loads and runs a spec file; one that can't be loaded counts as a failed spec. */
export async function runFile(file: string, options: Mocha.MochaOptions): Promise<FileResult> {
  const start = performance.now();
  const specs: SpecResult[] = [];
  const mocha = new Mocha({ timeout: 20_000, slow: 2_000, forbidOnly: true, ...options });
  mocha.addFile(join(project, file));
  const result = (passed: number, failed: number, skipped: number): FileResult => ({
    file,
    passed,
    failed,
    skipped,
    seconds: (performance.now() - start) / 1000,
    specs,
  });
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    console.error(error);
    specs.push({ title: "loads", seconds: 0, failed: true });
    return result(0, 1, 0);
  }
  return new Promise(resolve => {
    const runner = mocha.run(failures =>
      resolve(result(runner.stats?.passes ?? 0, failures, runner.stats?.pending ?? 0)),
    );
    const record = (failed: boolean) => (spec: Mocha.Runnable) =>
      specs.push({ title: spec.fullTitle(), seconds: (spec.duration ?? 0) / 1000, failed });
    runner.on("pass", record(false));
    runner.on("fail", record(true));
  });
}
