// `npm run mutate`: changes one place of a module at a time and sees whether a unit spec fails.
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isAccepted, readAccepted, staleEntries } from "./accepted.ts";
import { readOptions, sampleOf } from "./arguments.ts";
import { makeCopies, type Copy } from "./copy.ts";
import { distances, specsOf } from "./imports.ts";
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

if (!canSandbox) say("unshare isn't possible here: mutants run without a sandbox");
const { copies, remove } = makeCopies(Math.min(availableParallelism(), chosen.length));
process.once("exit", () => {
  endTrials();
  remove();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const seconds = await measure([...new Set(chosen.flatMap(({ file }) => specsOf(file, reached)))]);
const verdicts: Verdict[] = [];
await share(chosen, async (mutant, copy) => {
  const verdict = await tryMutant(mutant, copy);
  verdicts.push(verdict);
  const { file, line, change } = mutant;
  const what = `${verdict.killed ? "killed  " : "SURVIVED"} ${file}:${line} ${change}`;
  say(`${verdicts.length}/${chosen.length} ${what} · ${verdict.by}`);
});

verdicts.sort((a, b) => a.mutant.file.localeCompare(b.mutant.file) || a.mutant.start - b.mutant.start);
console.log(options.json ? JSON.stringify({ score: score(verdicts), verdicts }, null, 2) : report(verdicts).join("\n"));
process.exitCode = score(verdicts) < options.threshold ? 1 : 0;

/** Seconds of each spec file without a mutant. What is red here, because it needs docker, finds no mutant. */
async function measure(files: readonly string[]): Promise<Map<string, number>> {
  say(`${chosen.length} of ${all.length} mutants; first ${files.length} spec files without one`);
  const measured = new Map<string, number>();
  await share(files, async (file, copy) => {
    const outcome = await runTrial(copy, [file], { perFile: () => 180, total: 180 });
    if (outcome.kind === "green") measured.set(file, outcome.seconds.get(file) ?? 0);
    else say(`left out: red without a mutant: ${"spec" in outcome ? outcome.spec : file}`);
  });
  return measured;
}

async function tryMutant(mutant: Mutant, copy: Copy): Promise<Verdict> {
  const path = join(copy.checkout, mutant.file);
  const text = sources.get(mutant.file) ?? "";
  const files = specsOf(mutant.file, reached).filter(file => seconds.has(file));
  if (files.length === 0) return { mutant, killed: false, by: "no unit spec reaches it" };
  writeFileSync(path, mutate(text, mutant));
  try {
    const perFile = (file: string): number => 15 + 4 * (seconds.get(file) ?? 0);
    return { mutant, ...verdictOf(await runTrial(copy, files, { perFile, total: options.limit })) };
  } finally {
    writeFileSync(path, text);
  }
}

function verdictOf(outcome: Outcome): { killed: boolean; by: string } {
  if (outcome.kind === "red") return { killed: true, by: outcome.spec };
  if (outcome.kind === "hung") return { killed: true, by: `${outcome.spec}: hangs` };
  return { killed: false, by: outcome.kind === "unfinished" ? `${outcome.left} spec files not run` : "" };
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
