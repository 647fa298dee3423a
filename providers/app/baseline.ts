// What an app showed before it was touched, and must show again after: Keycloak's own realms, the hosts that Traefik serves.
import type { Baseline } from "../lib/state/index.ts";
import { stackOf } from "../lib/abra/index.ts";
import { docker, jsonLines, readSecret } from "../lib/docker/index.ts";
import { logIn } from "../lib/keycloak/index.ts";
import { ownerAttribute } from "../realm/representation.ts";
import type { AppInputs } from "./inputs.ts";

type Watched = Pick<AppInputs, "recipe" | "domain" | "env">;

/** Looks at what runs. Where it can't be seen (the admin's password was changed), says so and leaves it out. */
export async function captureBaseline(app: Watched, say: (line: string) => void): Promise<Baseline> {
  if (app.recipe === "traefik") return { hosts: await servedHosts() };
  if (app.recipe !== "keycloak") return {};
  try {
    return { realms: await lastingRealms(app) };
  } catch (error) {
    say(`keycloak: its realms can't be listed, so none is looked for after: ${(error as Error).message}`);
    return {};
  }
}

/** What of `witness` isn't shown any more, in words; undefined where all is. */
export async function findRegressions(
  { domain }: Watched,
  { realms = [], hosts = {} }: Baseline = {},
): Promise<string | undefined> {
  for (const realm of realms) {
    const status = await statusOf(realmUrl(domain, realm));
    if (status !== 200) return `its realm ${realm} answers ${said(status)}`;
  }
  const declared = Object.keys(hosts).length > 0 ? await declaredHosts() : [];
  for (const [host, before] of Object.entries(hosts)) {
    if (!declared.includes(host)) continue; // its app went, not the way to it
    const status = await statusOf(`https://${host}/`);
    if (status === undefined || status >= 500 || (status === 404 && before !== 404))
      return `${host} answers ${said(status)}; before it was ${said(before)}`;
  }
  return undefined;
}

function realmUrl(domain: string, realm: string): string {
  return `https://${domain}/realms/${encodeURIComponent(realm)}`;
}

/** Realms that are no run's: a run's may go at any time. */
async function lastingRealms({ domain, env }: Watched): Promise<string[]> {
  const password = await readSecret(stackOf(domain), "app", "admin_password");
  const admin = await logIn(`https://${domain}`, { username: env["ADMIN_USERNAME"] ?? "admin", password });
  const all = await admin.list();
  const names = all.filter(realm => realm.attributes?.[ownerAttribute] === undefined).map(realm => realm.name);
  // One that is switched off answers 404 now, and after.
  const statuses = await Promise.all(names.map(name => statusOf(realmUrl(domain, name))));
  return names.filter((_, at) => statuses[at] === 200);
}

/** The hosts of every router that Swarm's services declare, with the status each answers with now; those that don't answer are left out. */
async function servedHosts(): Promise<Record<string, number>> {
  const found = await Promise.all(
    (await declaredHosts()).map(async host => [host, await statusOf(`https://${host}/`)] as const),
  );
  return Object.fromEntries(
    found.filter((entry): entry is [string, number] => entry[1] !== undefined && entry[1] < 500),
  );
}

async function declaredHosts(): Promise<string[]> {
  const ids = jsonLines<{ ID: string }>(
    (await docker(["service", "ls", "--format", "{{json .}}"], "list services")).stdout,
  ).map(row => row.ID);
  if (ids.length === 0) return [];
  const { stdout } = await docker(
    ["service", "inspect", "--format", "{{json .Spec.Labels}}", ...ids],
    "read the labels of services",
  );
  const rules = jsonLines<Record<string, string> | null>(stdout).flatMap(labels =>
    Object.entries(labels ?? {}).flatMap(([label, rule]) =>
      /^traefik\.http\.routers\..*\.rule$/.test(label) ? [rule] : [],
    ),
  );
  return [...new Set(rules.flatMap(rule => [...rule.matchAll(/Host\(`([^`]+)`\)/g)].map(([, host]) => host!)))];
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined; // no answer at all: the caller says so
  }
}

function said(status: number | undefined): string {
  return status === undefined ? "nothing" : `HTTP ${status}`;
}
