// `npm run check`: types, lint, format, layers, sources, settings. `--fix` rewrites what it can.
import { execa } from "execa";
import { project } from "./lab/paths.ts";
import { brokenLayers } from "./rules/layers.ts";
import { staleTables, writeTables } from "./rules/settings.ts";
import { brokenRules, readSources } from "./rules/sources.ts";

const fix = process.argv.includes("--fix");
const folders = ["providers", "stacks", "commands", "test"];
const bin = (name: string) => `${project}/node_modules/.bin/${name}`;

const programs: [what: string, program: string, argv: string[]][] = [
  ["types", bin("tsc"), ["--noEmit", "-p", "."]],
  [
    "lint",
    bin("oxlint"),
    [
      "--deny=correctness",
      "--deny=suspicious",
      "--deny=no-nested-ternary",
      "--allow=no-await-in-loop",
      "--allow=consistent-function-scoping",
      "--deny-warnings",
      ...(fix ? ["--fix"] : []),
      ...folders,
    ],
  ],
  ["format", bin("prettier"), [fix ? "--write" : "--check", "--log-level=warn", ...folders, "package.json"]],
];

for (const [what, program, argv] of programs) {
  const done = await execa(program, argv, { cwd: project, reject: false, all: true });
  report(what, done.failed ? [done.all] : []);
}
report("layers", await brokenLayers(project));
report("sources", brokenRules(await readSources(project)));
if (fix) await writeTables(project);
report("settings", await staleTables(project));

function report(what: string, problems: readonly string[]): void {
  console.log(`${problems.length > 0 ? "✗" : "✓"} ${what}`);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
}
