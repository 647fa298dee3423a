// A process that runs the spec files it is sent, one at a time, and ends each one's output with a line of results.
import { join } from "node:path";
import Mocha from "mocha";
import { project } from "../lab/paths.ts";
import { RESULT, type FileResult, type SpecResult } from "./summary.ts";

process.on("message", (file: string) => {
  void runFile(file).then(result => process.stdout.write(`\n${RESULT}${JSON.stringify(result)}\n`));
});
process.on("disconnect", () => process.exit());

async function runFile(file: string): Promise<FileResult> {
  const start = performance.now();
  const specs: SpecResult[] = [];
  const mocha = new Mocha({
    timeout: 20_000,
    slow: 2_000,
    color: process.argv.includes("--color"),
    forbidOnly: true,
    ...grepOption(),
  });
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

/** `--grep=<regular expression>`: only the specs whose titles match. */
function grepOption(): { grep?: RegExp } {
  const flag = process.argv.find(each => each.startsWith("--grep="));
  return flag === undefined ? {} : { grep: new RegExp(flag.slice("--grep=".length)) };
}
