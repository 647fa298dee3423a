// Runs the specs in this process and ends with the line that CI reads.
import { glob } from "node:fs/promises";
import { join } from "node:path";
import Mocha from "mocha";
import { project } from "./lab/paths.ts";

const flags = process.argv.slice(2);
const only = flags.filter(flag => !flag.startsWith("--"));
/** `--grep=<pattern>`: only the specs whose titles match. */
const grep = flags.find(flag => flag.startsWith("--grep="))?.slice("--grep=".length);

const all = await files();
const live = all.filter(file => file.startsWith("test/live/"));
const unit = all.filter(file => !live.includes(file));

// What a failed unit spec leaves running finds its stand-ins gone and falls to the machine's own docker: that must answer nobody.
const engine = process.env["DOCKER_HOST"];
process.env["DOCKER_HOST"] = "tcp://127.0.0.1:1";
const counts = [await run(unit)];
if (engine === undefined) delete process.env["DOCKER_HOST"];
else process.env["DOCKER_HOST"] = engine;
if (live.length > 0 && !flags.includes("--unit")) counts.push(await run(live));

const [passed, failed, skipped] = ([0, 1, 2] as const).map(at => counts.reduce((sum, count) => sum + count[at], 0)) as [
  number,
  number,
  number,
];
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
// A child or socket that a spec forgot must not keep the run open.
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** How many of them passed, failed and were skipped. */
async function run(specs: readonly string[]): Promise<readonly [number, number, number]> {
  const mocha = new Mocha({
    timeout: 20_000,
    slow: 2_000,
    color: process.stdout.isTTY,
    forbidOnly: true,
    ...(grep === undefined ? {} : { grep: new RegExp(grep) }),
  });
  for (const file of specs) mocha.addFile(join(project, file));
  await mocha.loadFilesAsync();
  return new Promise(done => {
    const runner = mocha.run(failures => done([runner.stats?.passes ?? 0, failures, runner.stats?.pending ?? 0]));
  });
}

/** In the order of their names; of the long ones only where they are asked for. */
async function files(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob("test/**/*.spec.ts", { cwd: project })) found.push(file);
  return found
    .filter(file => flags.includes("--long") || !file.endsWith(".long.spec.ts"))
    .filter(file => only.length === 0 || only.some(part => file.includes(part)))
    .toSorted();
}
