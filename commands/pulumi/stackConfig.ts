// The configuration that Pulumi reads for one run: a copy of Pulumi.ci.yaml, so that the tracked file never changes.
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { NotYourRecipeError } from "../common/errors.ts";
import { project } from "../common/project.ts";

/** The configuration of every run: Pulumi.ci.yaml, or the file that HEARTH_CI_CONFIG names. */
export function ciConfigFile(env: NodeJS.ProcessEnv = process.env): string {
  return env["HEARTH_CI_CONFIG"] || join(project, "Pulumi.ci.yaml");
}

const folder = join(project, ".stacks");
const fileOf = (stack: string) => join(folder, `Pulumi.${stack}.yaml`);

export function hasStackConfig(stack: string): Promise<boolean> {
  return access(fileOf(stack)).then(
    () => true,
    () => false,
  );
}

/** Settings of one run that override Pulumi.ci.yaml; each key gets the prefix `hearth:`. */
export interface OwnSettings {
  readonly keycloak?: string;
  /** Absolute. */
  readonly checkout?: string;
}

export async function writeStackConfig(stack: string, own: OwnSettings = {}): Promise<void> {
  const template = ciConfigFile();
  const text = withSettings(await readFile(template, "utf8"), own);
  if (/^encryptionsalt:/m.test(text))
    throw new NotYourRecipeError(
      `${template} contains an encryptionsalt, which makes every other passphrase "incorrect": remove that line`,
    );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const work = `${fileOf(stack)}.${process.pid}`;
  await writeFile(work, text, { mode: 0o600 });
  await rename(work, fileOf(stack));
}

export async function removeStackConfig(stack: string): Promise<void> {
  await rm(fileOf(stack), { force: true });
}

/** Adds values to the `config` of `text`. */
export function withSettings(text: string, own: OwnSettings): string {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  if (given.length === 0) return text;
  const document = parseDocument(text);
  for (const [key, value] of given) document.setIn(["config", `hearth:${key}`], value);
  return document.toString();
}
