// $ABRA_DIR: servers with the apps' .env files, recipe clones, the catalogue.
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fatal } from "./fatal.ts";

export const root = process.env["ABRA_DIR"] || join(homedir(), ".abra");
export const serversDir = join(root, "servers");
export const recipesDir = join(root, "recipes");

export interface App {
  readonly domain: string;
  readonly server: string;
  readonly path: string;
  /** The .env, unchanged. */
  readonly text: string;
  readonly env: Record<string, string>;
  readonly recipe: string;
  /** The version in TYPE; empty if there is none. */
  readonly version: string;
  readonly stack: string;
}

export async function servers(): Promise<string[]> {
  return (await readdir(serversDir).catch(() => [] as string[])).toSorted();
}

export async function apps(): Promise<App[]> {
  const found = await Promise.all(
    (await servers()).map(async server => {
      const files = await readdir(join(serversDir, server)).catch(() => [] as string[]);
      return Promise.all(files.filter(file => file.endsWith(".env")).map(file => readApp(server, file.slice(0, -4))));
    }),
  );
  return found.flat().toSorted((a, b) => a.domain.localeCompare(b.domain));
}

export async function findApp(domain: string | undefined): Promise<App> {
  if (!domain) fatal("no app provided");
  return (await apps()).find(app => app.domain === domain) ?? fatal(`no app is called ${domain}`);
}

async function readApp(server: string, domain: string): Promise<App> {
  const path = join(serversDir, server, `${domain}.env`);
  const text = await readFile(path, "utf8");
  const env = readEnv(text);
  const [recipe = "", version = ""] = (env["TYPE"] ?? env["RECIPE"] ?? "").split(":");
  return { domain, server, path, text, env, recipe, version, stack: env["STACK_NAME"] || stackOf(domain) };
}

export function stackOf(domain: string): string {
  return domain.replaceAll(".", "_").slice(0, 45).replace(/_+$/, "");
}

/** Parses Docker's env_file syntax: comments, quotes; the last assignment of a key wins. */
export function readEnv(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const raw of text.split("\n")) {
    const found = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*?)\r?$/.exec(raw);
    if (!found) continue;
    const [, key, rest] = found;
    const quoted = /^\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/.exec(rest!);
    env[key!] = quoted ? (quoted[2] ?? quoted[1]!.replace(/\\(.)/g, "$1")) : rest!.replace(/(^|\s)#.*$/, "").trim();
  }
  return env;
}

/** Sets TYPE to `recipe:version` in the .env; all other bytes are unchanged. */
export function withType(text: string, recipe: string, version: string): string {
  const line = `TYPE=${recipe}:${version}`;
  const pattern = /^(TYPE|RECIPE)=[^\r\n]*/m;
  return pattern.test(text) ? text.replace(pattern, () => line) : `${line}\n${text}`;
}
