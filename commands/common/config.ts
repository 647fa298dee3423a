// The warm apps as configured, read without Pulumi, so that a timer needs no passphrase.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { warmAppInputs, type WarmAppInputs } from "../../providers/app/inputs.ts";
import { ConfigError, readConfig, type Config } from "../../stacks/config.ts";
import { secretPaths, secretsMessage } from "../../stacks/configSecrets.ts";
import { warmApps } from "../../stacks/warmApps.ts";
import { project } from "./project.ts";
import { ciConfigFile } from "../pulumi/stackConfig.ts";

const file = join(project, ".stacks", "Pulumi.warm.yaml");

/** Every warm app, an ingress first. Throws as `warmConfig`. */
export async function readWarmApps(): Promise<WarmAppInputs[]> {
  return warmApps(await warmConfig()).map(args => warmAppInputs.parse(args));
}

/** The warm stack's configuration. Throws ConfigError, or an error if the file is absent. */
export async function warmConfig(): Promise<Config> {
  const text = await readFile(file, "utf8").catch(error => {
    if (error.code === "ENOENT")
      throw new Error(
        `${file} not found: configure the warm stack first (pulumi config set -s warm hearth:baseDomain …)`,
      );
    throw error;
  });
  return configIn(text);
}

/** The configuration of every run. Throws ConfigError. */
export async function runConfig(): Promise<Config> {
  return configIn(await readFile(ciConfigFile(), "utf8"));
}

/** The configuration in the text of a stack file. Throws ConfigError, also for a secret value. */
export function configIn(text: string): Config {
  const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  const secret = secretsMessage(secretPaths(config));
  if (secret !== undefined) throw new ConfigError(secret);
  const values = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return readConfig(Object.fromEntries(values));
}

/** The warm app with this recipe or domain. Throws if none is configured. */
export async function warmApp(name: string): Promise<WarmAppInputs> {
  const all = await readWarmApps();
  const found = all.find(app => app.recipe === name || app.domain === name);
  if (!found)
    throw new Error(`warm app "${name}" not found: expected ${all.map(app => app.recipe).join(", ")}, or its domain`);
  return found;
}
