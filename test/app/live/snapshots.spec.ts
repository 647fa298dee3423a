import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cleanUp } from "../../../providers/app/live/cleanUp.ts";
import type { Session } from "../../../providers/app/live/session.ts";
import { snapshots } from "../../../providers/app/live/snapshots.ts";
import { findSnapshot, readManifest } from "../../../providers/lib/snapshot/manifest.ts";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { beginOperation, type Operation } from "../../../providers/lib/state/operation.ts";
import { fakeSwarm, type FakeSwarm, type Swarm } from "../../lib/docker/fakeSwarm.ts";
import { createWorkspace, names, type Workspace } from "../../lib/snapshot/workspace.ts";

const stack = "a_test";

describe("the volumes of an app on its host", () => {
  let workspace: Workspace;
  let swarm: FakeSwarm;
  let lines: string[];
  let volumes: NonNullable<Swarm["volume"]>;
  const folderOf = () => appFolder(join(workspace.path, "state"), "a.test");
  const pathOf = (name: string) => join(workspace.path, "volumes", `${stack}_${name}`, "_data");
  const contentOf = (name: string) => readFile(join(pathOf(name), "file"), "utf8").catch(() => undefined);

  beforeEach(async () => {
    workspace = await createWorkspace("8m");
    swarm = await fakeSwarm();
    lines = [];
    volumes = [];
    process.env["ABRA_DIR"] = join(workspace.path, "abra");
    for (const name of ["data", "old"]) await add(name);
  });
  afterEach(async () => {
    delete process.env["ABRA_DIR"];
    await swarm.end();
    await workspace.remove();
  });

  async function add(name: string, more: { options?: Record<string, string> } = {}): Promise<void> {
    const path = pathOf(name);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "file"), name);
    volumes = [...volumes, { name: `${stack}_${name}`, stack, path, ...more }];
    await swarm.set({ volume: volumes, root: workspace.path });
  }

  /** A process that knows the volumes that one version declares. */
  function host(...declared: string[]) {
    const app = { recipe: "a", domain: "a.test", server: "default", stateful: true, env: {}, snapshots: { keep: 2 } };
    const folder = folderOf();
    const log = (line: string) => void lines.push(line);
    const context = { app, stack, folder, lock: undefined, log };
    const session = {
      context,
      volumes: declared,
      log,
      mask: (text: string) => text,
      async snapshotOf(id: string) {
        const found = await findSnapshot(folder.path, id);
        assert.ok(found, `${id} not found`);
        return found;
      },
    } as unknown as Session;
    return { ...snapshots(session), ...cleanUp(session) };
  }

  const operation = (id: string, more: Partial<Operation> = {}) => ({ id, from: "1.0.0+1", ...more }) as Operation;

  it("are in a snapshot if the version declares them; the others are named", async () => {
    await host("data").snapshot(operation("op-1"));
    const manifest = await readManifest(folderOf().path, "snapshot");
    assert.deepEqual(
      manifest?.volumes.map(({ name }) => name),
      ["a_test_data"],
    );
    assert.deepEqual(manifest?.others, ["a_test_old"]);
  });

  it("P4: are restored by what the snapshot lists and what exists, whichever version runs by then", async () => {
    await host("data").snapshot(operation("op-1"));
    await add("brought");
    await add("remote", { options: { type: "nfs", device: ":/x" } });
    await writeFile(join(pathOf("data"), "file"), "migrated");
    // A process that begins while the newer version runs, or while nothing does.
    for (const declared of [["brought"], []]) {
      await host(...declared).restore(operation("op-2", { snapshot: "op-1" }));
      assert.deepEqual(
        [await contentOf("data"), await contentOf("brought"), await contentOf("old"), await contentOf("remote")],
        ["data", undefined, "old", "remote"],
      );
      assert.ok(await host().isRestoreStarted(operation("op-2")));
    }
    assert.ok(lines.some(line => /a_test_remote is nfs .*; it stays unchanged/.test(line)));
    assert.equal(await readFile(join(`${pathOf("brought")}.hearth-old-op-2`, "file"), "utf8"), "brought");
  });

  it("are created if they don't exist any more", async () => {
    await host("data").snapshot(operation("op-1"));
    await rm(dirname(pathOf("data")), { recursive: true });
    await swarm.set({ volume: volumes.slice(1), root: workspace.path });
    await host("data").verifySnapshot("op-1");
    await host("data").restore(operation("op-1"));
    assert.equal(await contentOf("data"), "data");
  });

  it("F5, F50: are refused a restore without space; a docker that doesn't answer proves nothing", async () => {
    await host("data").snapshot(operation("op-1"));
    const manifest = join(folderOf().snapshot, "manifest.json");
    const large = JSON.parse(await readFile(manifest, "utf8")) as { volumes: { bytes: number }[] };
    large.volumes[0]!.bytes = 1e9;
    await writeFile(manifest, JSON.stringify(large));
    const { verifySnapshot } = host("data");
    await assert.rejects(verifySnapshot("op-1"), {
      name: "UnusableSnapshotError",
      message:
        /a's snapshot can't be restored: a restore of a_test_data needs 1,000 MB on the filesystem of .* are free$/,
    });
    await swarm.set({ unreachable: true });
    await verifySnapshot("op-1");
    assert.match(lines.join("\n"), /can't tell whether a restore has space: docker: list the volumes/);
  });

  it("F48: are untouched if the snapshot is damaged, which is found before and while it is restored", async () => {
    const { snapshot, verifySnapshot, restore } = host("data");
    for (const id of ["op-1", "op-2"]) await snapshot(operation(id));
    await verifySnapshot("op-2");
    await writeFile(join(folderOf().snapshot, "a_test_data.tar.zst"), "damaged");
    const expected = { name: "UnusableSnapshotError", message: /hearth restore a --previous$/ };
    await assert.rejects(verifySnapshot("op-2"), expected);
    await assert.rejects(restore(operation("op-2")), expected);
    assert.deepEqual(await names(dirname(pathOf("data"))), ["_data"]);
  });

  it("keep nothing of any operation after a clean-up, and the open operation keeps its .env", async () => {
    const open = await beginOperation(folderOf(), { kind: "upgrade", recipe: "a", domain: "a.test", to: "1.1.0+2" });
    for (const left of ["new", "old-op-1", "old-op-2"]) await mkdir(`${pathOf("old")}.hearth-${left}`);
    const kept = ["op-1", "op-2", open.id].map(id => join(folderOf().path, `env.${id}`));
    for (const path of kept) await writeFile(path, "");
    const { removeReplacedData, deferCleanUp, isCleanUpDue } = host("data");
    await deferCleanUp();
    assert.ok(await isCleanUpDue());
    await removeReplacedData();
    assert.equal(await isCleanUpDue(), false);
    assert.deepEqual(await names(dirname(pathOf("old"))), ["_data"]);
    assert.deepEqual(
      (await names(folderOf().path)).filter(name => name.startsWith("env.")),
      [`env.${open.id}`],
    );
  });

  it("F57: keep what can't be removed, everything else goes, and the clean-up stays due", async () => {
    await mkdir(`${pathOf("data")}.hearth-old-op-1`);
    await mkdir(`${pathOf("old")}.hearth-old-op-1`);
    await rm(pathOf("data"), { recursive: true }); // its only copy is the one that was set aside
    const { removeReplacedData, deferCleanUp, isCleanUpDue } = host("data");
    await deferCleanUp();
    await assert.rejects(removeReplacedData(), /may be its only copy/);
    assert.ok(await isCleanUpDue());
    assert.deepEqual(await names(dirname(pathOf("data"))), ["_data.hearth-old-op-1"]);
    assert.deepEqual(await names(dirname(pathOf("old"))), ["_data"]);
  });
});
