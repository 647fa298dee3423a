// Masks the errors of work on a warm app: they reach Pulumi's state, or a terminal.
import { readFile } from "node:fs/promises";
import { maskError, namedSecrets } from "../lib/diagnostics/index.ts";
import { stackOf } from "../lib/docker/index.ts";
import { parseEnv } from "../lib/env/index.ts";
import { secretsInContainers } from "./diagnostics.ts";
import { readEnv } from "./env.ts";
import type { WarmAppInputs } from "./inputs.ts";

/** Does `work`; an error that it throws has no secret of the app's. */
export async function withMaskedErrors<T>(app: WarmAppInputs, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw maskError(error, await knownSecrets(app));
  }
}

/** Of the configuration, its files, the .env, and the containers that run; without those that can't be read now. */
async function knownSecrets({ env, secrets, ...app }: WarmAppInputs): Promise<string[]> {
  const files = Object.values(secrets).map(({ file }) => readFile(file, "utf8").then(text => [text]));
  const present = readEnv({ ...app, env }).then(text => secretsInContainers(stackOf(app.domain), parseEnv(text)));
  const named = readEnv({ ...app, env }).then(text => namedSecrets(parseEnv(text)));
  const read = await Promise.all([...files, present, named].map(each => each.catch(() => [])));
  return [...namedSecrets(env), ...read.flat()];
}
