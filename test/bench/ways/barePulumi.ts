// Bare Pulumi: what Pulumi alone costs for a stack of one dynamic resource that does nothing, run just as hearth runs it.
import { cp, mkdir, symlink } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { destroyArgv, initArgv, outputArgv, removeArgv, upArgv } from "../../../commands/pulumi/argv.ts";
import { project } from "../../lab/paths.ts";
import { program } from "../program.ts";
import { timed, type Place, type Way } from "../row.ts";

/** Makes its project in the place's folder, with the checkout's packages and a backend of its own beside it. */
export async function barePulumi({ folder }: Place): Promise<Way> {
  const cwd = join(folder, "bare");
  const backend = join(folder, "backend");
  await cp(join(project, "test/bench/bare"), cwd, { recursive: true });
  await symlink(join(project, "node_modules"), join(cwd, "node_modules"));
  await mkdir(backend, { mode: 0o700 });
  const pulumi = async (argv: string[]) => void (await program("pulumi", argv, `pulumi ${argv[0]}`, { cwd, env: { PULUMI_BACKEND_URL: `file://${backend}` } }));
  return {
    name: "bare Pulumi",
    warmUp: true,
    measure: () => {
      const stack = `bare-${randomBytes(4).toString("hex")}`;
      const inTurn = async (...calls: string[][]) => {
        for (const argv of calls) await pulumi(argv);
      };
      return timed(
        () => inTurn(initArgv(stack), upArgv(stack), outputArgv(stack)),
        () => inTurn(destroyArgv(stack), removeArgv(stack)),
      );
    },
  };
}
