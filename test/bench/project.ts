// Creates a Pulumi project with its own backend, whose program is a file of the checkout.
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { project as checkout } from "../lab/paths.ts";
import { runProgram } from "./program.ts";

/** Creates it in the new directory `cwd`. Returns a function that runs pulumi there with `env` added. */
export async function makeProject(
  cwd: string,
  main: string,
  env: Record<string, string>,
): Promise<(argv: readonly string[]) => Promise<string>> {
  const backend = join(cwd, "backend");
  await mkdir(backend, { recursive: true, mode: 0o700 });
  await writeFile(
    join(cwd, "Pulumi.yaml"),
    "name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  // Not `main:` in Pulumi.yaml: it changes the working directory, which the providers' paths are relative to.
  await writeFile(join(cwd, "package.json"), JSON.stringify({ name: "bench", private: true, type: "module", main }));
  for (const name of ["node_modules", "providers", "test"]) await symlink(join(checkout, name), join(cwd, name));
  return argv =>
    runProgram("pulumi", argv, `pulumi ${argv[0]}`, { cwd, env: { ...env, PULUMI_BACKEND_URL: `file://${backend}` } });
}
