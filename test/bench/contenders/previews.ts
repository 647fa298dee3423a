// `pulumi preview` of hearth's apps, and of as many resources that do nothing: the cost of Pulumi alone.
import { initArgv, upArgv } from "../../../commands/pulumi/argv.ts";
import { project } from "../../lab/paths.ts";
import { runProgram } from "../program.ts";
import { makeProject } from "../project.ts";
import { measureDuration, type Contender } from "../row.ts";

export type Count = "2 apps" | "10 apps";

const stack = "bench";
const argvOf = (name: string) => [
  "preview",
  "--stack",
  name,
  "--suppress-progress",
  "--non-interactive",
  "--color=never",
];

/** Previews the real warm stack and a stack of `apps`, which `setUp` brings up in the directory `cwd`. */
export function hearthPreview(
  cwd: string,
  apps: readonly object[],
): { readonly contender: Contender<Count>; readonly setUp: () => Promise<void> } {
  const warm = () => runProgram("pulumi", argvOf("warm"), "preview the warm stack", { cwd: project });
  return previews("hearth", { cwd, main: "test/bench/many/apps.ts", env: { BENCH_APPS: JSON.stringify(apps) } }, warm);
}

/** Stacks of 2 and of `many` resources that do nothing. */
export function barePreview(
  cwd: string,
  many: number,
): { readonly contender: Contender<Count>; readonly setUp: () => Promise<void> } {
  const main = "test/bench/many/noops.ts";
  const two = previews("bare Pulumi", { cwd: `${cwd}-2`, main, env: { BENCH_NOOPS: "2" } });
  const all = previews("bare Pulumi", { cwd: `${cwd}-${many}`, main, env: { BENCH_NOOPS: String(many) } }, two.preview);
  const setUp = async () => {
    await two.setUp();
    await all.setUp();
  };
  return { contender: all.contender, setUp };
}

interface Project {
  readonly cwd: string;
  readonly main: string;
  readonly env: Record<string, string>;
}

function previews(name: string, { cwd, main, env }: Project, two?: () => Promise<unknown>) {
  let pulumi: ((argv: readonly string[]) => Promise<string>) | undefined;
  const preview = async () => pulumi!(argvOf(stack));
  return {
    preview,
    setUp: async () => {
      pulumi = await makeProject(cwd, main, env);
      await pulumi(initArgv(stack));
      await pulumi(upArgv(stack));
    },
    contender: {
      name,
      warmUp: true,
      measure: async () => ({
        "2 apps": await measureDuration(two ?? preview),
        "10 apps": await measureDuration(preview),
      }),
    },
  };
}
