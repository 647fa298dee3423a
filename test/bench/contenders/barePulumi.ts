// Bare Pulumi: the cost of Pulumi alone, for a stack of one resource that does nothing, with hearth's pulumi calls.
import { cp, mkdir, mkdtemp, symlink } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { destroyArgv, initArgv, outputArgv, removeArgv, upArgv } from "../../../commands/pulumi/argv.ts";
import { project } from "../../lab/paths.ts";
import { runProgram } from "../program.ts";
import { timed, type BenchContext, type Contender } from "../row.ts";

/** Brings one stack up and down. */
export interface BareStack {
  readonly up: () => Promise<void>;
  readonly down: () => Promise<void>;
}

export async function barePulumi(context: BenchContext): Promise<Contender> {
  const next = await bareStacks(context);
  return {
    name: "bare Pulumi",
    warmUp: true,
    measure: () => {
      const { up, down } = next();
      return timed(up, down);
    },
  };
}

/** Creates a project in the bench's folder, with the checkout's packages and its own backend. */
export async function bareStacks({ folder }: BenchContext): Promise<() => BareStack> {
  const own = await mkdtemp(join(folder, "bare-"));
  const [cwd, backend] = [join(own, "project"), join(own, "backend")];
  await cp(join(project, "test/bench/bare"), cwd, { recursive: true });
  await symlink(join(project, "node_modules"), join(cwd, "node_modules"));
  await mkdir(backend, { mode: 0o700 });
  const runAll = async (...calls: string[][]) => {
    for (const argv of calls)
      await runProgram("pulumi", argv, `pulumi ${argv[0]}`, { cwd, env: { PULUMI_BACKEND_URL: `file://${backend}` } });
  };
  return () => {
    const stack = `bare-${randomBytes(4).toString("hex")}`;
    return {
      up: () => runAll(initArgv(stack), upArgv(stack), outputArgv(stack)),
      down: () => runAll(destroyArgv(stack), removeArgv(stack)),
    };
  };
}
