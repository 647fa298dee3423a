// Runs unit specs in parallel and live specs sequentially, then prints the line that CI reads.
import { glob } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { project } from "./lab/paths.ts";
import { runFiles } from "./runner/pool.ts";
import { countLine, isGreen, summary } from "./runner/summary.ts";

/** Files with one very long spec. They start first, so that the last worker doesn't finish long after the others. */
const longest = ["test/check.spec.ts"];

const flags = process.argv.slice(2).filter(flag => flag.startsWith("--"));
const only = process.argv.slice(2).filter(flag => !flag.startsWith("--"));

const all = await specFiles();
const live = all.filter(file => file.startsWith("test/live/"));
const unit = all
  .filter(file => !live.includes(file))
  .toSorted((a, b) => Number(longest.includes(b)) - Number(longest.includes(a)));

// A unit spec without its fake docker must not reach the machine's real one.
const offline = { ...process.env, DOCKER_HOST: "tcp://127.0.0.1:1" };
const results = await runFiles(unit, { workers: availableParallelism(), flags, env: offline });
if (!flags.includes("--unit")) {
  results.push(...(await runFiles(live, { workers: 1, flags, env: process.env, live: true })));
}

console.log(["", ...summary(results), "", countLine(results)].join("\n"));
process.exit(isGreen(results) ? 0 : 1);

/**
 * Sorted by name; `.long.spec.ts` only with `--long`; with arguments only the files whose path contains one of them.
 */
async function specFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob("test/**/*.spec.ts", { cwd: project })) files.push(file);
  return files
    .filter(file => flags.includes("--long") || !file.endsWith(".long.spec.ts"))
    .filter(file => only.length === 0 || only.some(part => file.includes(part)))
    .toSorted();
}
