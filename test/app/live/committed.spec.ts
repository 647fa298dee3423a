import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openSession } from "../../../providers/app/live/session.ts";
import { versions } from "../../../providers/app/live/versions.ts";
import { warmAppInputs } from "../../../providers/app/inputs.ts";
import type { AppContext } from "../../../providers/app/context.ts";
import { appFolder, readLastGood, readRejected, writeLastGood } from "../../../providers/lib/state/index.ts";
import { fakeSwarm, type FakeSwarm } from "../../lib/docker/fakeSwarm.ts";

const digest = `sha256:${"1".repeat(64)}`;

describe("the versions of a warm app", () => {
  let swarm: FakeSwarm;
  let context: AppContext;
  let logged: string[];
  beforeEach(async () => {
    swarm = await fakeSwarm();
    logged = [];
    const app = warmAppInputs.parse({
      recipe: "web",
      domain: "a.test",
      stateDir: join(swarm.folder, "state"),
      snapshots: { keep: 1 },
    });
    const folder = appFolder(app.stateDir, app.domain);
    const log = (line: string) => void logged.push(line);
    context = { app, stack: "a_test", folder, lock: 0, log, env: async () => ({}) } as unknown as AppContext;
  });
  afterEach(() => swarm.end());
  const adapter = () => versions(openSession(context, ["data"]));
  const runs = () =>
    swarm.set({
      service: [{ name: "a_test_app", stack: "a_test", image: "r.test/app:1" }],
      container: [{ name: "c1", stack: "a_test", service: "a_test_app", image: "r.test/app:1", imageId: "id-1" }],
      image: [{ id: "id-1", names: ["r.test/app:1", `r.test/app@${digest}`] }],
    });

  it("P3: are committed with the images that run, which get names that no prune of tags removes", async () => {
    await runs();
    await adapter().beginFirstDeploy();
    await adapter().commit("1.0.0+1");
    const good = (await readLastGood(context.folder))!;
    assert.deepEqual([good.version, await adapter().lastGood()], ["1.0.0+1", "1.0.0+1"]);
    const { id, digest: found } = good.images["app"]!;
    assert.deepEqual([id, found], ["id-1", digest]);
    assert.equal((await swarm.images())["hearth-last-good/a_test.app:latest"], "id-1");
    assert.equal(await adapter().failedFirstDeploys(), undefined, "the first deploy is over");
  });

  it("P5: prune the older snapshot at a commit, as far as it is configured, and say so", async () => {
    await runs();
    for (const [name, id] of [
      ["snapshot", "two"],
      ["snapshot.previous", "one"],
    ] as const) {
      await mkdir(join(context.folder.path, name), { recursive: true });
      const about = { format: 1, id, app: "a.test", recipe: "web", version: "1", images: {} };
      const text = JSON.stringify({ ...about, taken: "2026-03-14T03:00:00.000Z", volumes: [] });
      await writeFile(join(context.folder.path, name, "manifest.json"), text);
      await writeFile(join(context.folder.path, name, "env"), "TYPE=web\n");
    }
    await adapter().commit("1.0.0+1");
    assert.deepEqual(
      (await readdir(context.folder.path)).filter(name => name.startsWith("snapshot")),
      ["snapshot"],
    );
    assert.deepEqual(logged, ["web: removed the older snapshot"]);
  });

  it("P3: aren't last good if their images can't be read", async () => {
    await swarm.set({ unreachable: true });
    await assert.rejects(adapter().commit("1.0.0+1"));
    assert.equal(await readLastGood(context.folder), undefined);
  });

  it("of a first deploy are counted until one is healthy", async () => {
    const { beginFirstDeploy, recordFirstFailure, failedFirstDeploys, clearFirstDeploy } = adapter();
    await beginFirstDeploy();
    await recordFirstFailure("1.0.0+1");
    assert.deepEqual(await failedFirstDeploys(), ["1.0.0+1"]);
    await clearFirstDeploy();
    assert.equal(await failedFirstDeploys(), undefined);
  });

  it("P7, P10: are rejected with the reason, and alerted with last good, once for an event of this app", async () => {
    await writeLastGood(context.folder, "1.0.0+1", {});
    await adapter().reject("1.1.0+2", "HTTP 503", "/failures/1");
    const { why, diagnostics } = (await readRejected(context.folder))["1.1.0+2"]!;
    assert.deepEqual([why, diagnostics], ["HTTP 503", "/failures/1"]);
    const notice = { key: "op-1 recovered", severity: "warning", why: "HTTP 503", recovered: true, todo: "nothing" };
    for (let time = 0; time < 2; time++)
      await adapter().alert(notice as Parameters<ReturnType<typeof adapter>["alert"]>[0]);
    const spool = join(context.app.stateDir, "alerts");
    const files = (await readdir(spool)).filter(name => name.endsWith(".json"));
    assert.equal(files.length, 1);
    const { key, app, lastGood, severity } = JSON.parse(await readFile(join(spool, files[0]!), "utf8")) as Record<
      string,
      string
    >;
    assert.deepEqual([key, app, lastGood, severity], ["a.test op-1 recovered", "web", "1.0.0+1", "warning"]);
  });

  it("P10: are alerted although last good can't be read", async () => {
    await mkdir(context.folder.path, { recursive: true });
    await writeFile(context.folder.lastGood, "[");
    const notice = { key: "op-1 broken", severity: "critical", why: "HTTP 503", recovered: false, todo: "retry" };
    await adapter().alert(notice as Parameters<ReturnType<typeof adapter>["alert"]>[0]);
    const files = (await readdir(join(context.app.stateDir, "alerts"))).filter(name => name.endsWith(".json"));
    assert.equal(files.length, 1);
  });
});
