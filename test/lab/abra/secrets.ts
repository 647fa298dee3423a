// An app's secrets in the swarm, named `<stack>_<name>_<version>`; versions and lengths come from the .env.
import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fatal } from "./fatal.ts";
import type { App } from "./folder.ts";
import { call, docker, lines } from "./programs.ts";

export interface Declared {
  readonly name: string;
  readonly version: string;
  readonly length: number;
  readonly charset: string;
  readonly generate: boolean;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `SECRET_<NAME>_VERSION=v1 # length=32 charset=… generate=false` */
export function declared(envText: string): Declared[] {
  return [...envText.matchAll(/^SECRET_(\w+)_VERSION=([^\s#]*)[ \t]*(?:#(.*))?$/gm)].map(
    ([, name, version, comment = ""]) => ({
      name: name!.toLowerCase(),
      version: version!.replaceAll('"', ""),
      length: Number(/length=(\d+)/.exec(comment)?.[1] ?? 40),
      charset: /charset=(\S+)/.exec(comment)?.[1] === "hex" ? "0123456789abcdef" : letters,
      generate: !/generate=false/.test(comment),
    }),
  );
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
  const all = declared(app.text);
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
