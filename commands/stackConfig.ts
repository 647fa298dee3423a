// The configuration that Pulumi reads for one run: a copy of Pulumi.ci.yaml, so that the tracked file never changes.
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NotYourRecipeError } from "./errors.ts";
import { project } from "./project.ts";

const template = join(project, "Pulumi.ci.yaml");
const folder = join(project, ".stacks");
const fileOf = (stack: string) => join(folder, `Pulumi.${stack}.yaml`);

export function hasStackConfig(stack: string): Promise<boolean> {
  return access(fileOf(stack)).then(
    () => true,
    () => false,
  );
}

export async function writeStackConfig(stack: string): Promise<void> {
  const text = await readFile(template, "utf8");
  if (/^encryptionsalt:/m.test(text))
    throw new NotYourRecipeError(`${template} carries an encryptionsalt, with which every other passphrase is "incorrect": take that line out`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const work = `${fileOf(stack)}.${process.pid}`;
  await writeFile(work, text, { mode: 0o600 });
  await rename(work, fileOf(stack));
}

export async function removeStackConfig(stack: string): Promise<void> {
  await rm(fileOf(stack), { force: true });
}
