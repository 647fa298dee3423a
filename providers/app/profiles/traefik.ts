// Traefik: the ingress. Every host that it serves before an upgrade must answer after it.
import { docker, jsonLines, routerHosts, routerRules } from "../../lib/docker/index.ts";
import { defaultProfile } from "./default.ts";
import type { Profile } from "./profile.ts";
import { statusOf, statusText } from "./status.ts";

export const traefik: Profile = {
  ...defaultProfile,
  // Behind basic auth it answers 401. The recipe routes its domain to api@internal; /ping is on another entrypoint.
  health: () => ({ path: "/api/version", fallback: "/", allowUnauthorized: true }),
  // Its volume holds certificates only, which are issued again.
  stateful: false,
  ingress: true,
  blockedBy: "all",
  blocks: "all",

  captureBaseline: async () => ({ hosts: await servedHosts() }),

  async findRegressions(_app, { hosts = {} }) {
    if (Object.keys(hosts).length === 0) return undefined;
    const declared = await declaredHosts();
    for (const [host, before] of Object.entries(hosts)) {
      if (!declared.includes(host)) continue; // its app was removed; the route still works
      const status = await statusOf(`https://${host}/`);
      if (status === undefined || status >= 500 || (status === 404 && before !== 404))
        return `${host} answers ${statusText(status)}; before the upgrade it answered ${statusText(before)}`;
    }
    return undefined;
  },
};

/** The hosts of all routers that Swarm's services declare, with their present status; omits unreachable ones. */
async function servedHosts(): Promise<Record<string, number>> {
  const hosts = await declaredHosts();
  const statuses = await Promise.all(hosts.map(async host => [host, await statusOf(`https://${host}/`)] as const));
  return Object.fromEntries(
    statuses.filter((entry): entry is [string, number] => entry[1] !== undefined && entry[1] < 500),
  );
}

async function declaredHosts(): Promise<string[]> {
  const { stdout: list } = await docker(["service", "ls", "--format", "{{json .}}"], "list services");
  const ids = jsonLines<{ ID: string }>(list).map(row => row.ID);
  if (ids.length === 0) return [];
  const format = ["--format", "{{json .Spec.Labels}}"];
  const { stdout } = await docker(["service", "inspect", ...format, ...ids], "read the labels of services");
  const rules = jsonLines<Record<string, string> | null>(stdout).flatMap(labels => routerRules(labels ?? {}));
  return [...new Set(rules.flatMap(routerHosts))];
}
