// Builds programs from Go modules, inside a copy of the module so that its go.mod and go.sum apply.
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { exists, which } from "./host.ts";
import { cache } from "./paths.ts";
import type { Shell } from "./shell.ts";
import type { Step } from "./steps.ts";

export interface GoProgram {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Path of the main package in the module. */
  readonly main: string;
  readonly ldflags: string;
  /** Modules that go.mod replaces with a sibling folder, which the module's archive doesn't contain. */
  readonly drop?: readonly string[];
}

const versionFlag = (version: string) =>
  `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;

/** Builds from the module proxy alone: go.mod replaces the sdk with a folder that the module lacks. */
export const pulumiCli: GoProgram = {
  name: "pulumi",
  module: "github.com/pulumi/pulumi/pkg/v3",
  version: "v3.274.1",
  main: "./cmd/pulumi",
  ldflags: versionFlag("v3.274.1"),
  drop: ["github.com/pulumi/pulumi/sdk/v3"],
};

/** The last release with the Node language host in the sdk module; it works with the current @pulumi/pulumi. */
export const nodeLanguageHost: GoProgram = {
  name: "pulumi-language-nodejs",
  module: "github.com/pulumi/pulumi/sdk/v3",
  version: "v3.68.0",
  main: "./nodejs/cmd/pulumi-language-nodejs",
  ldflags: versionFlag("v3.68.0"),
};

/** Two releases of miniflux with ten migrations of its schema between them, oldest first. */
export const minifluxPrograms: readonly GoProgram[] = ["v2.2.19", "v2.3.5"].map(version => ({
  name: "miniflux",
  module: "miniflux.app/v2",
  version,
  main: ".",
  ldflags: `-s -w -X miniflux.app/v2/internal/version.Version=${version.slice(1)}`,
}));

/** Path of the go command: on PATH, else where Go's own instructions install it. Throws if it isn't installed. */
export async function goCommand(): Promise<string> {
  const found = await which("go", `${process.env["PATH"] ?? ""}${delimiter}/usr/local/go/bin`);
  if (found === undefined)
    throw new Error(
      "go not found on PATH or in /usr/local/go/bin: install Go 1.26 or newer (https://go.dev/doc/install)",
    );
  return found;
}

export const buildName = ({ name, version }: GoProgram): string => `build ${name} ${version}`;

/** Path of the built program. */
export function builtAt({ name, version }: GoProgram): string {
  return join(cache, "go", `${name}-${version}`, name);
}

/**
 * `build` writes `program` to the folder `out` in the temporary folder `work`. Then its folder is renamed, so that it is
 * complete or absent. Several processes may build at a time: the first one to finish installs, the others use that.
 */
export async function buildProgram(
  program: string,
  build: (work: string, out: string) => Promise<void>,
): Promise<void> {
  const target = dirname(program);
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.`);
  try {
    const out = join(work, "out");
    await build(work, out);
    await rename(out, target).catch(async error => {
      if (!(await exists(program))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

let lastBuild: Promise<unknown> = Promise.resolve();

/**
 * `go build` with `argv`, one at a time: each keeps all cores busy, and those that start together on an empty cache would
 * each compile the standard library. What it compiles is downloaded before its turn.
 */
export async function goBuild(shell: Shell, { cwd, env, mod, flags, out, packages }: GoBuild): Promise<void> {
  const go = await goCommand();
  const settings = { cwd, env: { CGO_ENABLED: "0", ...env } };
  await shell(go, ["list", `-mod=${mod}`, "-deps", "-f", "", ...packages], settings);
  const argv = ["build", `-mod=${mod}`, "-trimpath", "-gcflags=all=-dwarf=false", ...flags, "-o", out, ...packages];
  const turn = lastBuild.then(() => shell(go, argv, settings));
  lastBuild = turn.catch(() => undefined);
  await turn;
}

interface GoBuild {
  /** Folder of the module. */
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** Whether go.mod may be completed (`mod`). */
  readonly mod: "mod" | "readonly";
  readonly flags: readonly string[];
  /** The program, or a folder for several. */
  readonly out: string;
  readonly packages: readonly string[];
}

/** Builds the program into the cache, unless it exists there or `isAvailable`. */
export function goStep(program: GoProgram, isAvailable: () => Promise<boolean>, after: readonly string[] = []): Step {
  const target = builtAt(program);
  return {
    name: buildName(program),
    after,
    ready: async () => (await exists(target)) || (await isAvailable()),
    run: shell =>
      buildProgram(target, async (work, out) => {
        const cwd = join(work, "source");
        const go = await goCommand();
        const found = await shell(go, ["mod", "download", "-json", `${program.module}@${program.version}`], {
          cwd: work,
          env: { GOFLAGS: "-mod=mod" },
        });
        await shell("cp", ["-R", (JSON.parse(found) as { Dir: string }).Dir, cwd]);
        await shell("chmod", ["-R", "u+w", cwd]);
        for (const name of program.drop ?? []) await shell(go, ["mod", "edit", `-dropreplace=${name}`], { cwd });
        const isIncomplete =
          program.drop !== undefined || (await readFile(join(cwd, "go.mod"), "utf8")).includes("\nreplace ");
        await goBuild(shell, {
          cwd,
          mod: isIncomplete ? "mod" : "readonly",
          flags: ["-ldflags", program.ldflags],
          out: join(out, program.name),
          packages: [program.main],
        });
      }),
  };
}
