// `npm run mutate`: changes one place of a module at a time and sees whether a unit spec fails.
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isAccepted, readAccepted, staleEntries } from "./accepted.ts";
import { readOptions, sampleOf } from "./arguments.ts";
import { makeCopies, type Copy } from "./copy.ts";
import { batchesOf, distances, specsOf } from "./imports.ts";
import { modulesBelow, readSources, unitSpecs } from "./modules.ts";
import { findMutants, mutate, type Mutant } from "./mutants.ts";
import { report, score, type Verdict } from "./report.ts";
import { canSandbox } from "./sandbox.ts";
import { endTrials, runTrial, type Outcome } from "./trial.ts";

const options = readOptions(process.argv.slice(2));
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const sources = readSources();
const accepted = readAccepted();
const all = modulesBelow(options.paths, sources).flatMap(file => findMutants(file, sources.get(file) ?? ""));
for (const { file, source } of staleEntries(all, accepted)) say(`accepted.json: ${file}: no mutant of ${source}`);
const chosen = sampleOf(
  all.filter(mutant => !isAccepted(mutant, accepted)),
  options.sample,
  options.seed,
);
const reached = distances(sources, unitSpecs(sources));
const baselines = new Map<string, Promise<number | undefined>>();
const verdicts: Verdict[] = [];

if (!canSandbox) say("unshare isn't possible here: mutants run without a sandbox");
const { copies, remove } = makeCopies(Math.min(availableParallelism(), chosen.length));
process.once("exit", () => {
  endTrials();
  remove();
});
// Interrupted, it reports what it has seen so far.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    print();
    process.exit(1);
  });

say(`${chosen.length} of ${all.length} mutants`);
await share(chosen, async (mutant, copy) => {
  const verdict = await tryMutant(mutant, copy);
  verdicts.push(verdict);
  const { file, line, change } = mutant;
  const what = `${verdict.killed ? "killed  " : "SURVIVED"} ${file}:${line} ${change}`;
  say(`${verdicts.length}/${chosen.length} ${what} · ${verdict.by}`);
});

print();
process.exitCode = score(verdicts) < options.threshold ? 1 : 0;

function print(): void {
  const sorted = verdicts.toSorted(
    (a, b) => a.mutant.file.localeCompare(b.mutant.file) || a.mutant.start - b.mutant.start,
  );
  const json = () => JSON.stringify({ score: score(sorted), verdicts: sorted }, null, 2);
  console.log(options.json ? json() : report(sorted).join("\n"));
}

async function tryMutant(mutant: Mutant, copy: Copy): Promise<Verdict> {
  const files = specsOf(mutant.file, reached);
  let left: number = options.limit;
  let [ran, done] = [0, 0];
  for (const batch of batchesOf(files)) {
    const seconds = await measured(batch, copy);
    const start = performance.now();
    const outcome = await runMutant(mutant, copy, seconds, left);
    ran += seconds.size;
    done += batch.length;
    if (outcome.kind === "red") return { mutant, killed: true, by: outcome.spec };
    if (outcome.kind === "hung") return { mutant, killed: true, by: `${outcome.spec}: hangs` };
    if (outcome.kind === "unfinished") done -= outcome.left;
    left -= (performance.now() - start) / 1000;
    if (left <= 0) break;
  }
  const missing = done < files.length ? `${files.length - done} spec files not run` : "";
  return { mutant, killed: false, by: ran === 0 ? "no unit spec reaches it" : missing };
}

async function runMutant(
  mutant: Mutant,
  copy: Copy,
  seconds: ReadonlyMap<string, number>,
  total: number,
): Promise<Outcome> {
  const path = join(copy.checkout, mutant.file);
  const text = sources.get(mutant.file) ?? "";
  writeFileSync(path, mutate(text, mutant));
  try {
    return await runTrial(copy, [...seconds.keys()], { perFile: file => 15 + 4 * (seconds.get(file) ?? 0), total });
  } finally {
    writeFileSync(path, text);
  }
}

/** Seconds of each spec file without a mutant, once per run. One that is red there, as it needs docker, is left out. */
async function measured(files: readonly string[], copy: Copy): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const file of files) {
    baselines.set(file, baselines.get(file) ?? measure(file, copy));
    const seconds = await baselines.get(file);
    if (seconds !== undefined) found.set(file, seconds);
  }
  return found;
}

async function measure(file: string, copy: Copy): Promise<number | undefined> {
  const outcome = await runTrial(copy, [file], { perFile: () => 180, total: 180 });
  if (outcome.kind === "green") return outcome.seconds.get(file);
  say(`left out: red without a mutant: ${"spec" in outcome ? outcome.spec : file}`);
  return undefined;
}

/** Works on the items, one at a time in each copy. */
async function share<Item>(items: readonly Item[], work: (item: Item, copy: Copy) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    copies.map(async copy => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item, copy);
    }),
  );
}
