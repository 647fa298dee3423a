import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { captureDiagnostics } from "../../../providers/app/diagnostics.ts";
import { environment } from "../../../providers/app/live/environment.ts";
import { journal } from "../../../providers/app/live/journal.ts";
import { openSession } from "../../../providers/app/live/session.ts";
import { snapshots } from "../../../providers/app/live/snapshots.ts";
import { warmAppInputs } from "../../../providers/app/inputs.ts";
import type { AppContext } from "../../../providers/app/context.ts";
import { RecipeError } from "../../../providers/lib/compose/index.ts";
import { parseEnv } from "../../../providers/lib/env/index.ts";
import { appFolder, type Operation, writeLastGood } from "../../../providers/lib/state/index.ts";
import { fakeSwarm, type FakeSwarm } from "../../lib/docker/fakeSwarm.ts";
import { committer } from "../../lib/git/committer.ts";
import { freshDisk, FROM, processOn, TO } from "../fakeHost.ts";

const compose = { services: {}, secrets: [], configs: [], volumes: ["data"], envFiles: [] };
const operationOf = (id: string, more: object = {}) =>
  ({ id, kind: "upgrade", from: FROM, to: TO, ...more }) as Operation;

describe("the adapters of a warm app's host", () => {
  let swarm: FakeSwarm;
  let context: AppContext;
  let file: string;
  const abraDir = process.env["ABRA_DIR"];
  beforeEach(async () => {
    swarm = await fakeSwarm();
    const root = swarm.folder;
    process.env["ABRA_DIR"] = join(root, "abra");
    file = join(root, "abra", "servers", "default", "a.test.env");
    await mkdir(join(root, "abra", "servers", "default"), { recursive: true });
    const app = warmAppInputs.parse({
      recipe: "app",
      domain: "a.test",
      stateDir: join(root, "state"),
      env: { B: "own" },
    });
    context = {
      app,
      stack: "a_test",
      swarm: "swarm-1",
      folder: appFolder(app.stateDir, app.domain),
      mirror: join(root, "app.git"),
      lock: 0,
      log: () => undefined,
      abra: {} as AppContext["abra"],
      env: async () => parseEnv(await readFile(file, "utf8").catch(() => "")),
      recipeAt: async () => ({ sample: "", env: {}, compose }),
    };
  });
  afterEach(async () => {
    if (abraDir === undefined) delete process.env["ABRA_DIR"];
    else process.env["ABRA_DIR"] = abraDir;
    await swarm.end();
  });
  const session = () => openSession(context, ["data"]);

  describe("for the .env", () => {
    /** A recipe whose newer version has another variable. */
    async function recipe(): Promise<void> {
      const git = (...argv: string[]) => execa("git", argv, { cwd: swarm.folder, env: committer });
      await git("init", "--quiet", "app");
      for (const [version, sample] of [
        [FROM, "A=1\n"],
        [TO, "A=1\nNEW=2 # added\n"],
      ] as const) {
        await writeFile(join(swarm.folder, "app", ".env.sample"), sample);
        await git("-C", "app", "add", "--all");
        await git("-C", "app", "commit", "--quiet", "-m", version);
        await git("-C", "app", "tag", "--annotate", "-m", version, version);
      }
      await git("clone", "--quiet", "--mirror", "app", "app.git");
    }

    it("P4: keep it as it was before they change it, and bring exactly that back", async () => {
      await recipe();
      const before = "TYPE=app\n# mine\nA='old'\r\nB=other";
      await writeFile(file, before);
      const { prepare, restoreEnv } = environment(session());
      await prepare(operationOf("op-1"));
      assert.equal(await readFile(join(context.folder.path, "env.op-1"), "utf8"), before);
      const changed = parseEnv(await readFile(file, "utf8"));
      assert.deepEqual([changed["A"], changed["B"], changed["NEW"]], ["old", "own", "2"]);
      await restoreEnv(operationOf("op-1"));
      assert.equal(await readFile(file, "utf8"), before);
    });

    it("leave it alone if that operation hasn't changed it", async () => {
      await writeFile(file, "A=1\n");
      await environment(session()).restoreEnv(operationOf("op-2"));
      assert.equal(await readFile(file, "utf8"), "A=1\n");
    });

    it("P4: take a snapshot's for an operator's restore, and say which one was deleted", async () => {
      await writeFile(file, "A=1\n");
      const folder = join(context.folder.path, "snapshot.previous");
      await mkdir(folder, { recursive: true });
      const manifest = { format: 1, id: "s-1", app: "a.test", recipe: "app", version: FROM, images: {} };
      const text = JSON.stringify({ ...manifest, taken: "2026-03-14T03:00:00.000Z", volumes: [] });
      await writeFile(join(folder, "manifest.json"), text);
      await writeFile(join(folder, "env"), "A=snapshot\n");
      await writeFile(join(context.folder.path, "env.op-3"), "A=kept\n");
      const { restoreEnv } = environment(session());
      await restoreEnv(operationOf("op-3", { kind: "restore", snapshot: "s-1" }));
      assert.equal(await readFile(file, "utf8"), "A=snapshot\n");
      await assert.rejects(restoreEnv(operationOf("op-3", { kind: "restore", snapshot: "s-2" })), {
        message: "snapshot not found: s-2 of a.test",
      });
    });
  });

  it("P12: diagnostics name the keys of the .env that changed, and no value", async () => {
    const folder = join(swarm.folder, "failures");
    const written = await captureDiagnostics(
      {
        folder,
        stack: "a_test",
        services: [],
        why: "HTTP 503 with hunter2-secret",
        observations: Array.from({ length: 103 }, (_, at) => `look ${at}`),
        before: "Z=1\nA=1\nB=2\nGONE=hunter2-gone\n",
        after: "Z=2\nA=1\nB=hunter2-new\nNEW=3\n",
      },
      ["hunter2-secret"],
    );
    const read = (name: string) => readFile(join(written, name), "utf8");
    assert.equal(await read("env-keys.txt"), "B\nGONE\nNEW\nZ\n");
    assert.equal(await read("failure.txt"), "HTTP 503 with ***\n");
    const looks = (await read("observations.txt")).trim().split("\n");
    assert.deepEqual([looks.length, looks[0], looks.at(-1)], [100, "look 3", "look 102"]);
    const texts = await Promise.all((await readdir(written)).map(read));
    assert.ok(!texts.join("").includes("hunter2"));
  });

  it("P5: an app whose recipe can't be read has data if the stack has a volume, and no other error hides it", async () => {
    const reading = (error: Error) => ({ ...context, recipeAt: () => Promise.reject(error) });
    const hasData = (given: AppContext) => snapshots(openSession(given, [])).hasData(FROM);
    assert.equal(await hasData(reading(new RecipeError("version 1: compose.yml not found"))), false);
    await assert.rejects(hasData(reading(new Error("git: timed out"))), { message: "git: timed out" });
    await swarm.set({ volume: [{ name: "a_test_data", stack: "a_test" }] });
    assert.equal(await hasData(reading(new Error("git: timed out"))), true);
    const stateless = { ...context, app: { ...context.app, stateful: false } };
    assert.equal(await hasData(stateless), false);
  });

  it("an app is stateful if it is configured so and has a volume", () => {
    const stateless = { ...context, app: { ...context.app, stateful: false } };
    assert.deepEqual(
      [openSession(context, ["data"]), openSession(context, []), openSession(stateless, ["data"])].map(
        ({ stateful }) => stateful,
      ),
      [true, false, false],
    );
  });

  /** What upgrade, recover and manual recovery rely on, on the real journal and on the one of their specs. */
  const journals = {
    "on the disk": async () => {
      await writeLastGood(context.folder, FROM, { app: { id: "sha256:1", name: "app:1" } }, context.swarm);
      return journal(session());
    },
    "of the upgrade's specs": async () => processOn(freshDisk()).host,
  };
  for (const [where, open] of Object.entries(journals))
    describe(`for the journal, ${where},`, () => {
      it("P6: begin one operation at a time, at preflight, and read it back", async () => {
        const { operation, begin } = await open();
        assert.equal(await operation(), undefined);
        const begun = await begin({ from: FROM, to: TO });
        const { kind, from, to, step, rollingBack, broken } = begun;
        assert.deepEqual(
          [kind, from, to, step, rollingBack, broken],
          ["upgrade", FROM, TO, "preflight", false, undefined],
        );
        assert.deepEqual(await operation(), begun);
        await assert.rejects(begin({ from: FROM, to: "9.9.9+9" }));
        assert.deepEqual(await operation(), begun, "the open one is kept");
      });

      it("P6: write each step before it starts, with its changes, and keep the rest", async () => {
        const { operation, begin, writeStep } = await open();
        const begun = await begin({ from: FROM, to: TO });
        const stopped = await writeStep(begun, "snapshot", { snapshot: begun.id });
        assert.deepEqual([stopped.step, stopped.snapshot, stopped.id], ["snapshot", begun.id, begun.id]);
        assert.deepEqual(await operation(), stopped);
        const next = await writeStep(stopped, "gate", { why: "HTTP 503" });
        assert.deepEqual([next.snapshot, next.why], [begun.id, "HTTP 503"]);
        assert.equal((await writeStep(next, "gate", { why: undefined })).why, undefined);
        assert.equal((await operation())?.why, undefined);
      });

      it("keep inconclusive verdicts of one step alone, whose start stays", async () => {
        const { begin, writeStep } = await open();
        const undecided = { recoveries: 2, ms: 1_000, boot: "b", at: 5_000 };
        const gate = await writeStep(await begin({ from: FROM, to: TO }), "gate", { undecided });
        const again = await writeStep(gate, "gate");
        assert.deepEqual([again.undecided, again.stepStartedAt], [undecided, gate.stepStartedAt]);
        assert.equal((await writeStep(again, "commit")).undecided, undefined);
      });

      it("close it, also twice", async () => {
        const { operation, begin, close } = await open();
        await begin({ from: FROM, to: TO });
        await close();
        await close();
        assert.equal(await operation(), undefined);
        await begin({ from: FROM, to: TO });
      });
    });

  it("P4: the journal records the swarm, the volumes and the images that a way back must find", async () => {
    const images = { app: { id: "sha256:1", name: "app:1" } };
    await writeLastGood(context.folder, FROM, images, context.swarm);
    await swarm.set({ volume: [{ name: "a_test_data", stack: "a_test" }] });
    const { swarm: recorded, volumes, images: kept } = await journal(session()).begin({ from: FROM, to: TO });
    assert.deepEqual([recorded, volumes, kept], ["swarm-1", ["a_test_data"], images]);
  });

  it("P4: the journal keeps the .env of before until the operation is closed", async () => {
    const { begin, close } = journal(session());
    const { id } = await begin({ from: FROM, to: TO });
    const kept = join(context.folder.path, `env.${id}`);
    await writeFile(kept, "A=1\n");
    await writeFile(join(context.folder.path, "env.other"), "A=1\n");
    await close();
    const names = await readdir(context.folder.path);
    assert.deepEqual([names.includes(`env.${id}`), names.includes("env.other")], [false, true]);
  });
});
