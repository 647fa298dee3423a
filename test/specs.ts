// Runs the specs in this process and ends with the line that CI reads.
import { glob } from "node:fs/promises";
import { join } from "node:path";
import Mocha from "mocha";
import { project } from "./lab/paths.ts";

const flags = process.argv.slice(2);
const only = flags.filter(flag => !flag.startsWith("--"));
/** `--grep=<pattern>`: only the specs whose titles match. */
const grep = flags.find(flag => flag.startsWith("--grep="))?.slice("--grep=".length);

const mocha = new Mocha({
  timeout: 20_000,
  slow: 2_000,
  color: process.stdout.isTTY,
  forbidOnly: true,
  ...(grep === undefined ? {} : { grep: new RegExp(grep) }),
});
for (const file of await files()) mocha.addFile(file);
await mocha.loadFilesAsync();
const runner = mocha.run(failures => {
  const { passes = 0, pending = 0 } = runner.stats ?? {};
  console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
  // A child or socket that a spec forgot must not keep the run open.
  process.exit(failures === 0 && passes > 0 ? 0 : 1);
});

/** What needs no lab first; then the live specs, in the order of their names. */
async function files(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob("test/**/*.spec.ts", { cwd: project })) found.push(file);
  const unit = found.filter(file => !file.startsWith("test/live/"));
  const live = found.filter(file => file.startsWith("test/live/") && (flags.includes("--long") || !file.endsWith(".long.spec.ts")));
  const all = [...unit.toSorted(), ...(flags.includes("--unit") ? [] : live.toSorted())];
  return all.filter(file => only.length === 0 || only.some(part => file.includes(part))).map(file => join(project, file));
}
