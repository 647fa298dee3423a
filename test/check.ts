// `npm run check`: types, lint, format. `--fix` writes what can be mended.
import { execa } from "execa";
import { project } from "./lab/paths.ts";

const fix = process.argv.includes("--fix");
const folders = ["providers", "stacks", "commands", "test"];
const bin = (name: string) => `${project}/node_modules/.bin/${name}`;

const checks: [what: string, program: string, argv: string[]][] = [
  ["types", bin("tsc"), ["--noEmit", "-p", "."]],
  [
    "lint",
    bin("oxlint"),
    [
      "--deny=correctness",
      "--deny=suspicious",
      "--allow=no-await-in-loop",
      "--allow=consistent-function-scoping",
      "--deny-warnings",
      ...(fix ? ["--fix"] : []),
      ...folders,
    ],
  ],
  ["format", bin("prettier"), [fix ? "--write" : "--check", "--log-level=warn", ...folders, "package.json"]],
];

for (const [what, program, argv] of checks) {
  const done = await execa(program, argv, { cwd: project, reject: false, all: true });
  console.log(`${done.failed ? "✗" : "✓"} ${what}`);
  if (done.failed) {
    console.log(done.all);
    process.exitCode = 1;
  }
}
