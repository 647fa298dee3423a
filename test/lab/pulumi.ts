// Creates Pulumi's home, a file backend and a passphrase, and links the lab's programs into its PATH folder.
import { randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { builtAt, nodeLanguageHost, pulumiCli } from "./golang.ts";
import { exists, which } from "./host.ts";
import { ownProgramPath, ownProgramsStep } from "./ownPrograms.ts";
import { at, project } from "./paths.ts";
import type { Step } from "./steps.ts";

/** The version of @pulumi/docker in package.json: Pulumi requires the plugin of that version. */
const dockerPlugin = "v5.2.0";
const plugin = join(at.pulumiHome, "plugins", `resource-docker-${dockerPlugin}`);

/** Whether the machine has its own Pulumi CLI and Node language host. */
export async function ownPulumi(): Promise<boolean> {
  const path = (process.env["PATH"] ?? "")
    .split(":")
    .filter(folder => folder !== at.bin)
    .join(":");
  return (await which("pulumi", path)) !== undefined && (await which("pulumi-language-nodejs", path)) !== undefined;
}

/** Linked beside the CLI: Pulumi warns on every use if they are on PATH. */
const companions = {
  [join(dirname(builtAt(pulumiCli)), nodeLanguageHost.name)]: builtAt(nodeLanguageHost),
  [join(dirname(builtAt(pulumiCli)), "pulumi-resource-pulumi-nodejs")]: join(
    project,
    "node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs",
  ),
};

async function links(): Promise<Record<string, string>> {
  const ours = {
    [join(at.bin, "abra")]: ownProgramPath("abra"),
    [join(at.bin, "hearth")]: join(project, "commands/hearth.mjs"),
  };
  return (await ownPulumi()) ? ours : { ...ours, ...companions, [join(at.bin, "pulumi")]: builtAt(pulumiCli) };
}

const linked = async (path: string, target: string) => (await readlink(path).catch(() => undefined)) === target;

/** Links the programs of the checkout that last ran `lab up`. */
export const programs: Step = {
  name: "programs",
  after: [
    `build ${pulumiCli.name} ${pulumiCli.version}`,
    `build ${nodeLanguageHost.name} ${nodeLanguageHost.version}`,
    ownProgramsStep.name,
  ],
  ready: async () =>
    (await Promise.all(Object.entries(await links()).map(([path, target]) => linked(path, target)))).every(Boolean),
  run: async () => {
    await mkdir(at.bin, { recursive: true });
    for (const [path, target] of Object.entries(await links())) await replaceLink(path, target);
  },
};

export const pulumiHome: Step = {
  name: "pulumi home",
  after: ["outdated lab"],
  ready: async () =>
    (await exists(at.passphrase)) &&
    (await exists(at.backend)) &&
    ((await genuinePlugin()) ||
      (await linked(join(plugin, "main.ts"), join(project, "test/lab/docker-plugin/main.ts")))),
  run: async () => {
    await mkdir(at.backend, { recursive: true, mode: 0o700 });
    await chmod(at.backend, 0o700);
    await mkdir(at.compileCache, { recursive: true });
    if (!(await exists(at.passphrase)))
      await writeFile(at.passphrase, randomBytes(24).toString("hex"), { mode: 0o600 });
    if (await genuinePlugin()) return;
    await mkdir(plugin, { recursive: true });
    await replaceLink(join(plugin, "main.ts"), join(project, "test/lab/docker-plugin/main.ts"));
    await writeFile(
      join(plugin, "pulumi-resource-docker"),
      `#!/bin/sh\nexec node "$(readlink -f "$(dirname "$0")/main.ts")" "$@"\n`,
      { mode: 0o755 },
    );
  },
};

/** Whether the genuine plugin is installed, which the lab prefers. */
async function genuinePlugin(): Promise<boolean> {
  const executable = join(plugin, "pulumi-resource-docker");
  if (!(await exists(executable))) return false;
  return !(await lstat(join(plugin, "main.ts")).then(
    () => true,
    () => false,
  ));
}

async function replaceLink(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(`${path}.new`, { force: true });
  await symlink(target, `${path}.new`);
  await rename(`${path}.new`, path);
}
