// An app's secrets in the swarm, named `<stack>_<name>_<version>` by the compose files; lengths come from the .env.
import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { fatal } from "./fatal.ts";
import { recipesDir, type App } from "./folder.ts";
import { call, docker, lines } from "./programs.ts";

export interface Declared {
  readonly name: string;
  readonly version: string;
  readonly length: number;
  readonly charset: string;
  readonly generate: boolean;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A secret of the compose files: its key, its name with variables, and its full name. */
interface ComposeSecret {
  readonly key: string;
  readonly template: string;
  readonly full: string;
}

/** The external secrets of the compose files that COMPOSE_FILE lists, in the clone's current state. */
export async function composeSecrets(app: App, env: Record<string, string>): Promise<ComposeSecret[]> {
  const found = new Map<string, ComposeSecret>();
  for (const file of (app.env["COMPOSE_FILE"] || "compose.yml").split(":")) {
    const text = await readFile(join(recipesDir, app.recipe, file), "utf8").catch(() => "");
    const compose = (parse(text) ?? {}) as { secrets?: Record<string, { name?: string; external?: boolean }> };
    for (const [key, secret] of Object.entries(compose.secrets ?? {})) {
      const template = secret.name ?? key;
      if (secret.external) found.set(key, { key, template, full: withVariables(template, env) });
    }
  }
  return [...found.values()];
}

/** `$NAME`, `${NAME}` and `${NAME:-default}`. */
function withVariables(text: string, env: Record<string, string>): string {
  return text.replace(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
    (_, braced?: string, otherwise?: string, plain?: string) => env[braced ?? plain ?? ""] || (otherwise ?? ""),
  );
}

/**
 * Names and versions from the compose files, as `<stack>_<name>_<version>`; length, charset and `generate=false` from
 * the comment on the line of the variable that holds the version. Secrets that only the .env declares too.
 */
export async function declared(app: App): Promise<Declared[]> {
  const lines = [...app.text.matchAll(/^(SECRET_\w+_VERSION)=([^\s#]*)[ \t]*(?:#(.*))?$/gm)].map(
    ([, key, version, comment = ""]) => ({ key: key!, version: version!.replaceAll('"', ""), comment }),
  );
  const own = (await composeSecrets(app, { ...app.env, STACK_NAME: app.stack })).flatMap(({ template, full }) => {
    const [, name, version] = full.startsWith(`${app.stack}_`)
      ? (/^(.+)_([^_]+)$/.exec(full.slice(app.stack.length + 1)) ?? [])
      : [];
    const line = lines.find(({ key }) => template.includes(key));
    return name && version ? [{ key: line?.key, name, version, comment: line?.comment ?? "" }] : [];
  });
  const others = lines
    .filter(({ key }) => !own.some(secret => secret.key === key))
    .map(line => ({ ...line, name: line.key.replace(/^SECRET_(\w+)_VERSION$/, "$1").toLowerCase() }));
  return [...own, ...others].map(({ name, version, comment }) => ({
    name,
    version,
    length: Number(/length=(\d+)/.exec(comment)?.[1] ?? 40),
    charset: /charset=(\S+)/.exec(comment)?.[1] === "hex" ? "0123456789abcdef" : letters,
    generate: !/generate=false/.test(comment),
  }));
}

export const secretName = (app: App, name: string, version: string): string => `${app.stack}_${name}_${version}`;

export async function existing(): Promise<Set<string>> {
  return new Set(lines(await docker("secret", "ls", "--format", "{{.Name}}")));
}

async function create(full: string, value: string): Promise<void> {
  if (full.length > 64) fatal(`secret name ${full} is ${full.length} characters long, the limit is 64`);
  if ((await existing()).has(full)) fatal(`${full} already exists`);
  await call("docker", ["secret", "create", full, "-"], { input: value });
}

export async function generate(
  app: App,
  selection: { readonly all: boolean; readonly name?: string | undefined; readonly version?: string | undefined },
): Promise<string[]> {
  const all = await declared(app);
  const selected = selection.all
    ? all.filter(secret => secret.generate)
    : all
        .filter(secret => secret.name === selection.name)
        .map(secret => ({ ...secret, version: selection.version ?? secret.version }));
  if (selected.length === 0) fatal(`${app.domain} declares no secret ${selection.name ?? "to generate"}`);
  for (const { name, version, length, charset } of selected) {
    const value = Array.from({ length }, () => charset[randomInt(charset.length)]).join("");
    await create(secretName(app, name, version), value);
  }
  return selected.map(secret => secret.name);
}

export async function insert(
  app: App,
  name: string | undefined,
  version: string | undefined,
  value: string | undefined,
  fromFile: boolean,
): Promise<void> {
  if (!name || !version || value === undefined) fatal("missing arguments: <domain> <secret> <version> <data>");
  const data = fromFile
    ? await readFile(value, "utf8").catch(error => fatal(`can't read ${value}: ${error.code}`))
    : value;
  await create(secretName(app, name, version), data);
}
