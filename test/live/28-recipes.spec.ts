import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { files } from "../lab/ca.ts";
import { base, project } from "../lab/paths.ts";
import { endRuns, freshWarm, hearth, listing, must, realmStatus, start, traefik, waitUntilStopped } from "./host.ts";

const mocha = join(project, "node_modules/.bin/mocha");

describe("runs of recipes in the shapes of real ones, on a real host", function () {
  this.timeout(240_000);
  let folder: string;
  let host: Awaited<ReturnType<typeof listing>>;

  before(async () => {
    await endRuns();
    if ((await realmStatus("master").catch(() => 0)) !== 200) await freshWarm();
    folder = await mkdtemp(join(tmpdir(), "hearth-recipes-"));
  });
  beforeEach(async () => void (host = await listing()));
  after(() => rm(folder, { recursive: true }));

  it("deploy miniflux with its database in an overlay, a one-shot migration and a service at 0; log in", async () => {
    const config = join(folder, "ci.yaml");
    const miniflux = {
      env: {
        COMPOSE_FILE: "compose.yml:compose.postgres.yml:compose.oidc.yml:overlays/compose.authority.yml",
        OIDC_ISSUER: "{issuer}",
        OIDC_CLIENT_ID: "{clientId}",
        SECRET_SSO_CLIENT_VERSION: "v1",
        AUTHORITY_FILE: files.bundle,
      },
      secrets: { oidc_client_secret: "{clientSecret}" },
    };
    await writeFile(config, stringify({ config: { "hearth:baseDomain": base, "hearth:recipes": { miniflux } } }));
    const test = join(project, "test/lab/minifluxLogin.mocha.ts");
    const done = await hearth(["run", "--recipe", "miniflux", "--", mocha, test], {
      env: { HEARTH_CI_CONFIG: config },
    });
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.stdout, /1 passing/);
    assert.deepEqual(await listing(), host, "the run left something behind");
  });

  it("deploy an app that has no healthcheck", async () => {
    const config = join(folder, "plain.yaml");
    await writeFile(config, stringify({ config: { "hearth:baseDomain": base, "hearth:recipes": { plain: {} } } }));
    const fetched = "fetch(process.env.HEARTH_APP_URL).then(async page => console.log(await page.text()))";
    const done = await hearth(["run", "--recipe", "plain", "--", process.execPath, "--eval", fetched], {
      env: { HEARTH_CI_CONFIG: config },
    });
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(done.stdout.trim(), "plain");
    assert.deepEqual(await listing(), host, "the run left something behind");
  });

  it("wait for a Traefik that restarts", async () => {
    const scale = (replicas: number) =>
      must("docker", "service", "scale", "--detach", `${traefik.stack}_app=${replicas}`);
    await scale(0);
    await waitUntilStopped(traefik.stack, "app");
    const run = start("hearth", ["run", "--recipe", "notes", "--", "true"]);
    for (let i = 0; !run.output().includes("waiting: keycloak"); i++) {
      assert.ok(i < 120, `no line about the wait after 60 s: ${run.output()}`);
      await sleep(500);
    }
    await scale(1);
    assert.equal(await run.ended, 0, run.output());
  });
});
