// Runs the spec files that its arguments name until a spec fails: in a mutant's copy, in a process of its own.
import { enableCompileCache } from "node:module";
import { runFile } from "../runner/runFile.ts";
import { FAILED, PASSED } from "./trial.ts";

enableCompileCache(process.env["HEARTH_MUTATE_CACHE"]);
const silent = process.env["HEARTH_MUTATE_SHOW"] === undefined;
for (const file of process.argv.slice(2)) {
  const { passed, failed, specs } = await runFile(file, { bail: true, reporter: silent ? "min" : "spec" });
  const red = specs.find(spec => spec.failed)?.title ?? "no spec ran";
  const green = failed === 0 && passed > 0;
  process.stderr.write(`\n${green ? PASSED : FAILED}${green ? file : `${file}: ${red}`}\n`);
  if (!green) process.exit(1);
}
// A child or socket that a spec forgot must not keep the process.
process.exit(0);
