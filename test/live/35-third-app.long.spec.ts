import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { readOperation } from "../../providers/lib/state/operation.ts";
import { readLastGood, readRejected } from "../../providers/lib/state/versions.ts";
import { base, stateDir } from "../lab/paths.ts";
import { release } from "../lab/upstream.ts";
import { addWarmApp } from "./addedApp.ts";
import { call, containers, type Done, hearth, leftovers, must, upWarm } from "./host.ts";

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

  /** Runs an `up`, and `work` while the upgrade waits at its gate. */
  async function upAndAtGate(work: () => Promise<void>): Promise<Done> {
    const up = upWarm();
    for (let i = 0; (await readOperation(folder).catch(() => undefined))?.step !== "gate"; i++) {
      assert.ok(i < 600, "not at the gate after 60 s");
      await sleep(100);
    }
    await work();
    return up;
  }

  it("P4: sets aside what a volume holds that only the failed release has", async () => {
    const volume = `${stack}_brought`;
    const mountpoint = () => must("docker", "volume", "inspect", "--format", "{{.Mountpoint}}", volume);
    await release(recipe, { version: "1.2.1+1.22", kind: "brings-volume" });
    const done = await upAndAtGate(async () => {
      for (let i = 0; (await call("docker", ["volume", "inspect", volume])).exitCode !== 0; i++) {
        assert.ok(i < 100, "not created after 10 s");
        await sleep(100);
      }
      await writeFile(join(await mountpoint(), "file"), "of the failed release");
    });
    assert.notEqual(done.exitCode, 0, done.all);
    assert.match(
      done.all,
      new RegExp(`volume ${volume} didn't exist at the time of the snapshot; its data is set aside`),
    );
    assert.equal(await lastGood(), "1.1.0+1.22");
    assert.deepEqual(await readdir(await mountpoint()), []);
    assert.deepEqual(await leftovers(domain), []);
    assert.equal((await page("second")).status, 200);
  });

  it("F57: is upgraded although replaced data can't be removed; recover removes it once it can be", async () => {
    const data = await must("docker", "volume", "inspect", "--format", "{{.Mountpoint}}", `${stack}_content`);
    const file = join(dirname(data), "_data.hearth-old-earlier", "file");
    await mkdir(dirname(file));
    await writeFile(file, "");
    await must("chattr", "+i", file);
    try {
      await release(recipe, { version: "1.2.2+1.22" });
      const done = await upWarm();
      assert.equal(done.exitCode, 0, done.all);
      assert.match(done.all, /custom-html: replaced data can't be removed, hearth tries again: /);
      assert.equal(await lastGood(), "1.2.2+1.22");
      const again = await hearth(["recover"]);
      assert.equal(again.exitCode, 0, again.all);
      assert.match(again.all, /custom-html: replaced data can't be removed, hearth tries again: /);
    } finally {
      await must("sh", "-c", `chattr -i ${dirname(data)}/_data.hearth-*-earlier/file`);
    }
    const done = await hearth(["recover"]);
    assert.equal(done.exitCode, 0, done.all);
    assert.deepEqual(await leftovers(domain), []);
  });

  it("F48, P5, P10: stays as it is, broken, if the rollback's snapshot is damaged, until a person decides", async () => {
    await publish("third");
    await release(recipe, { version: "1.3.0+1.22", kind: "never-healthy" });
    const done = await upAndAtGate(() =>
      writeFile(join(folder.snapshot, `${stack}_content.tar.zst`), "damaged by the spec"),
    );
    assert.notEqual(done.exitCode, 0, done.all);
    assert.match(done.all, /custom-html is broken: custom-html's snapshot of \S+ \(1\.2\.2\+1\.22\) is damaged: /);
    assert.match(done.all, /intact is the one of \S+ \(\S+\): hearth restore custom-html --previous/);
    assert.match(done.all, /hearth retry custom-html --keep-data: start the version before on today's data/);
    const version = `coop-cloud.${stack}.version`;
    const deployed = () =>
      must("docker", "service", "inspect", "--format", `{{index .Spec.Labels "${version}"}}`, `${stack}_app`);
    assert.equal(await deployed(), "1.3.0+1.22", "not undeployed");
    for (const command of ["restore", "retry"])
      for (const argv of [["--dry-run"], []]) {
        const refused = await hearth([command, recipe, ...argv]);
        assert.equal(refused.exitCode, 1, refused.all);
        assert.match(refused.stderr, /is damaged: .*hearth restore custom-html --previous/);
      }
    assert.equal(await deployed(), "1.3.0+1.22", "not undeployed");
    const kept = await hearth(["retry", recipe, "--keep-data"]);
    assert.equal(kept.exitCode, 0, kept.all);
    assert.equal(await deployed(), "1.2.2+1.22");
    for (const name of ["first", "second", "third"]) assert.equal((await page(name)).status, 200, name);
    assert.deepEqual(await leftovers(domain), []);
  });
});
