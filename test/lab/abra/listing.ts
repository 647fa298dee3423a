// Output of `app ls` and `app ps`; `-m` prints JSON in abra's shapes.
import { apps, servers, type App } from "./folder.ts";
import { call, docker, lines } from "./programs.ts";
import { versionsOf } from "./recipe.ts";

interface AppRow {
  readonly server: string;
  readonly recipe: string;
  readonly appName: string;
  readonly domain: string;
  readonly status: string;
  readonly chaos: string;
  readonly chaosVersion: string;
  readonly version: string;
  readonly upgrade: string;
}

async function labelsOf(app: App): Promise<Record<string, string> | undefined> {
  const name = `${app.stack}_app`;
  if (!lines(await docker("service", "ls", "--filter", `name=${name}`, "--format", "{{.Name}}")).includes(name))
    return undefined;
  return JSON.parse(await call("docker", ["service", "inspect", "--format", "{{json .Spec.Labels}}", name])) as Record<
    string,
    string
  >;
}

async function appRow(app: App, withStatus: boolean): Promise<AppRow> {
  const labels = withStatus ? await labelsOf(app) : undefined;
  const label = (name: string) => labels?.[`coop-cloud.${app.stack}.${name}`];
  const version = label("version") ?? "unknown";
  const known = await versionsOf(app.recipe).catch(() => [] as string[]);
  const newer = known.includes(version) ? known.slice(known.indexOf(version) + 1).toReversed() : undefined;
  return {
    server: app.server,
    recipe: app.recipe,
    appName: app.domain,
    domain: app.domain,
    status: labels ? "deployed" : "unknown",
    chaos: label("chaos") ?? "unknown",
    chaosVersion: label("chaos-version") ?? "unknown",
    version,
    upgrade: newer === undefined ? "unknown" : newer.join("\n") || "latest",
  };
}

/** Keyed by server. */
export async function listApps(withStatus: boolean, server: string | undefined): Promise<object> {
  const all = await apps();
  const wanted = (await servers()).filter(name => server === undefined || name === server);
  const entries = wanted.map(async name => {
    const rows = await Promise.all(all.filter(app => app.server === name).map(app => appRow(app, withStatus)));
    const count = (test: (row: AppRow) => boolean) => rows.filter(test).length;
    return [
      name,
      {
        apps: rows,
        appCount: rows.length,
        versionCount: count(row => row.version !== "unknown"),
        unversionedCount: count(row => row.version === "unknown"),
        latestCount: count(row => row.upgrade === "latest"),
        upgradeCount: count(row => row.upgrade !== "latest" && row.upgrade !== "unknown"),
      },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Keyed by service, every value a string. */
export async function listTasks(app: App): Promise<object> {
  const labels = (await labelsOf(app)) ?? {};
  const label = (name: string) => labels[`coop-cloud.${app.stack}.${name}`] ?? "unknown";
  const format =
    '{{.Label "com.docker.swarm.service.name"}}\t{{.CreatedAt}}\t{{.Image}}\t{{.Ports}}\t{{.State}}\t{{.Status}}';
  const rows = lines(
    await docker("ps", "--filter", `label=com.docker.stack.namespace=${app.stack}`, "--format", format),
  );
  return Object.fromEntries(
    rows.map(row => {
      const [name = "", created = "", image = "", ports = "", state = "", status = ""] = row.split("\t");
      const service = name.slice(app.stack.length + 1);
      return [
        service,
        { service, chaos: label("chaos"), created, image, ports, state, status, version: label("version") },
      ];
    }),
  );
}
