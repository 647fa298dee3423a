import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { readLastGood } from "../../providers/lib/state/versions.ts";
import { base, stateDir } from "../lab/paths.ts";
import { release } from "../lab/upstream.ts";
import { addWarmApp } from "./addedApp.ts";
import { must, upWarm } from "./host.ts";

const recipe = "miniflux";
const domain = `reader.${base}`;
/** In the router's rule, beside `domain`. */
const alias = `feeds.${base}`;
const stack = stackOf(domain);
const folder = appFolder(stateDir, domain);
const home = async (host = domain) => (await fetch(`https://${host}/`)).status;

/** Runs a statement in miniflux's database, and returns its rows. */
async function sql(statement: string): Promise<string> {
  const filter = `label=com.docker.swarm.service.name=${stack}_db`;
  const id = await must("docker", "ps", "-q", "--filter", filter);
  const psql = ["/usr/lib/postgresql/15/bin/psql", "-qtA", "-h", "/run/postgresql", "-U", "miniflux", "-c", statement];
  return must("docker", "exec", id, ...psql);
}

/** A file of the newest failure's diagnostics. */
async function failureFile(name: string): Promise<string> {
  const newest = (await readdir(folder.failures)).toSorted().at(-1)!;
  return readFile(join(folder.failures, newest, name), "utf8");
}

describe("a schema migration of miniflux on PostgreSQL, on a real host", function () {
  this.timeout(300_000);
  let remove: Awaited<ReturnType<typeof addWarmApp>>;

  before(async () => {
    remove = await addWarmApp(recipe, {
      domain,
      health: { path: "/healthcheck", stableFor: 3, margin: 5 },
      // The recipe allows 180 s, which the broken release would use up.
      env: { TIMEOUT: "30", EXTRA_DOMAINS: ` || Host(\`${alias}\`)` },
      updates: { minAgeHours: 0 },
    });
  });

  after(async () => {
    const done = await remove();
    assert.equal(done.exitCode, 0, done.all);
  });

  it("P4: is undone with its data if the newer release is broken; the database was named by the overlay", async () => {
    const deployed = await upWarm();
    assert.equal(deployed.exitCode, 0, deployed.all);
    assert.match(deployed.all, /miniflux: healthy at 1\.0\.0\+2\.2\.19/);
    const before = await sql("SELECT version FROM schema_version");
    await sql("INSERT INTO categories (user_id, title) SELECT id, 'marker' FROM users LIMIT 1");
    await release(recipe, { version: "1.1.0+2.3.5", kind: "never-healthy" });
    const failed = await upWarm();
    assert.notEqual(failed.exitCode, 0, failed.all);
    assert.match(failed.all, /1\.1\.0\+2\.3\.5 isn't healthy/);
    // The migration ran, or there would be nothing to undo.
    const migrations = /current_version=(\d+) latest_version=(\d+)/.exec(await failureFile("migrate.log"));
    assert.equal(migrations?.[1], before);
    assert.ok(Number(migrations?.[2]) > Number(before), migrations?.[0]);
    assert.match(failed.all, /miniflux: restored /);
    assert.equal(await sql("SELECT version FROM schema_version"), before);
    assert.equal(await sql("SELECT count(*) FROM categories WHERE title = 'marker'"), "1");
    // 2.2.19 on the newer schema answers 200 at /healthcheck, and 500 here.
    assert.equal(await home(), 200);
    assert.equal(await home(alias), 200);
    assert.equal((await readLastGood(folder))?.version, "1.0.0+2.2.19");
  });

  it("is applied by a good release", async () => {
    const before = Number(await sql("SELECT version FROM schema_version"));
    await release(recipe, { version: "1.2.0+2.3.5" });
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.ok(Number(await sql("SELECT version FROM schema_version")) > before);
    assert.equal(await sql("SELECT count(*) FROM categories WHERE title = 'marker'"), "1");
    assert.equal(await home(), 200);
  });
});
