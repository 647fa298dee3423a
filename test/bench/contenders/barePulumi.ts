// Bare Pulumi: the cost of a stack with one dynamic resource that does nothing, run as hearth runs Pulumi.
import { cp, mkdir, mkdtemp, symlink } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { destroyArgv, initArgv, outputArgv, removeArgv, upArgv } from "../../../commands/pulumi/argv.ts";
import { project } from "../../lab/paths.ts";
import { program } from "../program.ts";
import { timed, type Place, type Contender } from "../row.ts";

/** Creates and removes one stack. */
export interface BareStack {
  readonly up: () => Promise<void>;
  readonly down: () => Promise<void>;
}

export async function barePulumi(place: Place): Promise<Contender> {
  const next = await bareStacks(place);
  return {
    name: "bare Pulumi",
    warmUp: true,
    measure: () => {
      const { up, down } = next();
      return timed(up, down);
    },
  };
}

/** Creates the project in the row's folder, with the checkout's packages and a separate backend. */
export async function bareStacks({ folder }: Place): Promise<() => BareStack> {
  const own = await mkdtemp(join(folder, "bare-"));
  const [cwd, backend] = [join(own, "project"), join(own, "backend")];
  await cp(join(project, "test/bench/bare"), cwd, { recursive: true });
  await symlink(join(project, "node_modules"), join(cwd, "node_modules"));
  await mkdir(backend, { mode: 0o700 });
  const inTurn = async (...calls: string[][]) => {
    for (const argv of calls)
      await program("pulumi", argv, `pulumi ${argv[0]}`, { cwd, env: { PULUMI_BACKEND_URL: `file://${backend}` } });
  };
  return () => {
    const stack = `bare-${randomBytes(4).toString("hex")}`;
    return {
      up: () => inTurn(initArgv(stack), upArgv(stack), outputArgv(stack)),
      down: () => inTurn(destroyArgv(stack), removeArgv(stack)),
    };
  };
}
