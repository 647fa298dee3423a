// The lab's own Go programs: abra's stand-in, and the oracle that reads .env and compose files for specs.
import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildProgram } from "./golang.ts";
import { exists } from "./host.ts";
import { cache, project } from "./paths.ts";
import { shellTo, type Shell } from "./shell.ts";
import type { Step } from "./steps.ts";

type OwnProgram = "abra" | "oracle";

const source = join(project, "test/lab");

/** Path of the program, built or not. The folder is keyed by the sources and the versions of their modules. */
export async function ownProgramPath(name: OwnProgram): Promise<string> {
  const files: string[] = [];
  for await (const file of glob(["go.mod", "go.sum", "{abra,compose,oracle}/*.go"], { cwd: source })) files.push(file);
  const hash = createHash("sha256");
  for (const file of files.toSorted()) hash.update(file).update(await readFile(join(source, file)));
  return join(cache, "go", `lab-${hash.digest("hex").slice(0, 16)}`, name);
}

async function build(shell: Shell): Promise<void> {
  await buildProgram(await ownProgramPath("abra"), async (_work, out) => {
    const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w"];
    const env = { CGO_ENABLED: "0", GOWORK: "off" };
    await shell("go", ["build", ...flags, "-o", `${out}/`, "./abra", "./oracle"], { cwd: source, env });
  });
}

/** Path of the program. Builds it first if the cache lacks it: for unit specs, which run without a lab. */
export async function ensureOwnProgram(name: OwnProgram): Promise<string> {
  const path = await ownProgramPath(name);
  if (!(await exists(path))) await build(shellTo(join(cache, "go", "logs", `lab-${process.pid}.log`)));
  return path;
}

export const ownProgramsStep: Step = {
  name: "build abra and oracle",
  ready: async () => exists(await ownProgramPath("abra")),
  run: build,
};
