// The lab's own Go programs: abra's stand-in, and the oracle that reads .env and compose files for specs.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildProgram, goBuild } from "./golang.ts";
import { exists } from "./host.ts";
import { cache, project } from "./paths.ts";
import { shellTo, type Shell } from "./shell.ts";
import type { Step } from "./steps.ts";

type OwnProgram = "abra" | "oracle";

const source = join(project, "test/lab");

/** Folder of the programs, keyed by their sources and the versions of their modules. */
const folder = join(cache, "go", `lab-${sourcesKey()}`);

function sourcesKey(): string {
  const hash = createHash("sha256");
  for (const file of globSync(["go.mod", "go.sum", "{abra,compose,oracle}/*.go"], { cwd: source }).toSorted())
    hash.update(file).update(readFileSync(join(source, file)));
  return hash.digest("hex").slice(0, 16);
}

/** Path of the program, built or not. */
export function ownProgramPath(name: OwnProgram): string {
  return join(folder, name);
}

async function build(shell: Shell): Promise<void> {
  await buildProgram(ownProgramPath("abra"), (_work, out) =>
    goBuild(shell, {
      cwd: source,
      env: { GOWORK: "off" },
      mod: "readonly",
      flags: ["-buildvcs=false", "-ldflags", "-s -w"],
      out: `${out}/`,
      packages: ["./abra", "./oracle"],
    }),
  );
}

/** Path of the program. Builds it first if the cache lacks it: for unit specs, which run without a lab. */
export async function ensureOwnProgram(name: OwnProgram): Promise<string> {
  const path = ownProgramPath(name);
  if (!(await exists(path))) await build(shellTo(join(cache, "go", "logs", `lab-${process.pid}.log`)));
  return path;
}

export const ownProgramsStep: Step = {
  name: "build abra and oracle",
  ready: async () => exists(ownProgramPath("abra")),
  run: build,
};
