import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { readLastGood, readRejected } from "../../providers/lib/state/versions.ts";
import { base, stateDir } from "../lab/paths.ts";
import { release } from "../lab/upstream.ts";
import { addWarmApp } from "./addedApp.ts";
import { containers, hearth, must, upWarm } from "./host.ts";

const recipe = "custom-html";
const domain = `pages.${base}`;
const stack = stackOf(domain);
const folder = appFolder(stateDir, domain);
const page = (name: string) => fetch(`https://${domain}/${name}`);
const lastGood = async () => (await readLastGood(folder))?.version;

async function container(): Promise<string> {
  return (await must("docker", "ps", "-q", "--filter", `label=com.docker.swarm.service.name=${stack}_app`)).trim();
}

/** Writes a page into the app's volume. */
async function publish(name: string): Promise<void> {
  await must("docker", "exec", await container(), "bash", "-c", `echo ${name} > /usr/share/nginx/html/${name}`);
}

describe("a third warm app with the defaults, on a real host", function () {
  this.timeout(300_000);
  let remove: Awaited<ReturnType<typeof addWarmApp>>;
  let temporary: string;

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), "hearth-third-"));
    remove = await addWarmApp(recipe, {
      domain,
      health: { stableFor: 3, margin: 5 },
      updates: { minAgeHours: 0 },
    });
  });

  after(async () => {
    const done = await remove();
    await rm(temporary, { recursive: true, force: true });
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await container(), "", "undeployed after its removal from the configuration");
  });

  it("is deployed without a restart of the others", async () => {
    const before = await containers();
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /custom-html: healthy at 1\.0\.0\+1\.22/);
    const now = await containers();
    assert.deepEqual(
      before.filter(id => !now.includes(id)),
      [],
    );
    assert.equal(await lastGood(), "1.0.0+1.22");
    await publish("first");
    assert.equal((await page("first")).status, 200);
  });

  it("F16: is upgraded while a run is active; neither the upgrade nor a new run waits", async () => {
    const active = ["--recipe", "notes", "--build", "third-active"];
    const output = join(temporary, "run.env");
    assert.equal((await hearth(["run", "start", ...active, "--output", output])).exitCode, 0);
    try {
      await release(recipe, { version: "1.1.0+1.22" });
      const during = ["--recipe", "notes", "--build", "third-during"];
      const [upgrade, run] = await Promise.all([upWarm(), hearth(["run", ...during, "--", "true"])]);
      assert.equal(upgrade.exitCode, 0, upgrade.all);
      assert.equal(run.exitCode, 0, run.all);
      assert.doesNotMatch(`${upgrade.all}${run.all}`, /waiting/);
      assert.match(upgrade.all, /custom-html: snapshot .* in \d+\.\d s/);
      assert.equal(await lastGood(), "1.1.0+1.22");
      assert.equal((await page("first")).status, 200, "its data is unchanged");
    } finally {
      await hearth(["run", "stop", ...active]);
    }
  });

  it("F9, P4: rolls back a release that never gets healthy, with its data, and rejects it", async () => {
    await publish("second");
    await release(recipe, { version: "1.2.0+1.22", kind: "never-healthy" });
    const done = await upWarm();
    assert.notEqual(done.exitCode, 0, done.all);
    assert.match(
      done.all,
      /custom-html at 1\.2\.0\+1\.22 isn't healthy: .*; 1\.1\.0\+1\.22 runs again, with the data/s,
    );
    assert.equal(await lastGood(), "1.1.0+1.22");
    assert.deepEqual(Object.keys(await readRejected(folder)), ["1.2.0+1.22"]);
    for (const name of ["first", "second"]) assert.equal((await page(name)).status, 200, name);
  });
});
