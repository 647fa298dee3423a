import assert from "node:assert/strict";
import { execa } from "execa";
import { cp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "../../../providers/lib/lock/flock.ts";
import { exists } from "../../../providers/lib/snapshot/disk.ts";
import { findSnapshot } from "../../../providers/lib/snapshot/manifest.ts";
import { restoreSnapshot } from "../../../providers/lib/snapshot/restore.ts";
import { recoverRotation } from "../../../providers/lib/snapshot/rotate.ts";
import { removeLeftovers } from "../../../providers/lib/snapshot/swap.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import type { Volume } from "../../../providers/lib/snapshot/volume.ts";
import type { Killed } from "./fixtures/killed.ts";
import { assertWhole, createWorkspace, names, type Workspace } from "./workspace.ts";

const fixture = fileURLToPath(new URL("fixtures/killed.ts", import.meta.url));

// On a tmpfs, because a kill leaves the same files as on a disk and its fsyncs are fast.
describe("kill -9", function () {
  this.timeout(60_000);
  let workspace: Workspace;
  beforeEach(async () => (workspace = await createWorkspace("64m")));
  afterEach(() => workspace.remove());

  it("F1, P5, P6: at any side effect of a take leaves two complete snapshots, and the next take succeeds", async () => {
    const template = await makeTemplate("one", "two");
    const reached = await everyPoint("take", template, async (at, { folder, volume }) => {
      const remaining = await names(folder);
      const ids = await Promise.all(
        remaining.filter(name => !/\.(partial|old)$/.test(name)).map(name => assertWhole(join(folder, name))),
      );
      assert.ok(ids.includes("two") && ids.length >= 2, `point ${at}: ${remaining.join(" ")}`);
      if (at % 2 === 0) await recoverRotation(folder, () => undefined);
      await takeSnapshot({ ...workspace.content("four", [volume]), folder });
      assert.deepEqual(await names(folder), ["snapshot", "snapshot.previous"], `point ${at}`);
      assert.equal(await assertWhole(join(folder, "snapshot")), "four");
      assert.match(await assertWhole(join(folder, "snapshot.previous")), /^(two|three)$/);
      assert.equal(await readFile(join(volume.path, "file"), "utf8"), "data");
    });
    assert.ok(reached > 15, `${reached} points`);
  });

  it("F1, P4, P6: at any side effect of a restore loses no data, and the same restore resumes", async () => {
    const template = await makeTemplate("three");
    await workspace.small("brought"); // by the newer version, after the snapshot
    await writeFile(join(template.volume.path, "file"), "migrated");
    const reached = await everyPoint("restore", template, async (at, { folder, volume, brought }) => {
      assert.equal(await assertWhole(join(folder, "snapshot")), "three");
      // Killed before or after the swap, the live data must not be lost.
      const replaced = `${volume.path}.hearth-old-restore`;
      const kept = (await exists(replaced)) ? replaced : volume.path;
      assert.equal(await readFile(join(kept, "file"), "utf8"), "migrated", `point ${at}`);
      await restoreSnapshot({
        snapshot: (await findSnapshot(folder, "three"))!,
        id: "restore",
        volumes: [volume, brought],
        log: () => undefined,
      });
      assert.deepEqual(await names(brought.path), []);
      assert.equal(await readFile(join(`${brought.path}.hearth-old-restore`, "file"), "utf8"), "brought");
      assert.equal(await readFile(join(volume.path, "file"), "utf8"), "data");
      assert.equal(await readFile(join(replaced, "file"), "utf8"), "migrated");
      for (const { path } of [volume, brought]) {
        await removeLeftovers(path);
        assert.deepEqual(await names(dirname(path)), ["_data"], `point ${at}`);
      }
    });
    assert.ok(reached > 12, `${reached} points`);
  });

  interface Copy {
    readonly path: string;
    readonly folder: string;
    readonly volume: Volume;
    /** Not in the snapshot; exists only while a restore is tested. */
    readonly brought: Volume;
  }

  async function makeTemplate(...ids: string[]): Promise<Copy> {
    const volume = await workspace.small("data");
    for (const id of ids) {
      const content = workspace.content(id, [volume]);
      await takeSnapshot({ ...content, about: { ...content.about, others: [] } });
    }
    return { path: workspace.path, folder: workspace.folder, volume, brought: workspace.volume("brought") };
  }

  /**
   * Kills at the first, second, … side effect, each on a copy, until one run completes; returns the number of side
   * effects.
   */
  async function everyPoint(
    tool: Killed["tool"],
    template: Copy,
    check: (at: number, copy: Copy) => Promise<void>,
  ): Promise<number> {
    // A killed process doesn't write its compile cache: fill it first.
    assert.ok(await onePoint(Number.MAX_SAFE_INTEGER));
    for (let at = 1; ; at += 2) {
      const completed = await Promise.all([onePoint(at), onePoint(at + 1)]);
      if (completed.includes(true)) return completed[0] ? at - 1 : at;
    }

    /** Whether the run completed. */
    async function onePoint(at: number): Promise<boolean> {
      const copy = await copyOf(template, `${tool}-${at}`);
      const { folder, volume, brought } = copy;
      const volumes = tool === "take" ? [volume] : [volume, brought];
      const lock = join(copy.path, "lock");
      const killed: Killed = { tool, folder, id: "three", volumes, lock, at };
      const done = await execa(process.execPath, [fixture, JSON.stringify(killed)], {
        reject: false,
        env: { NODE_COMPILE_CACHE: join(workspace.path, "cache") },
      });
      if (!done.failed) return true;
      assert.equal(done.stdout, "killed", done.stderr);
      // Its children end on their own; the lock is free after the last of them.
      await withLock(lock, () => check(at, copy), { wait: 5_000 });
      return false;
    }
  }

  async function copyOf(template: Copy, name: string): Promise<Copy> {
    const path = join(workspace.path, name);
    await cp(join(template.path, "apps"), join(path, "apps"), { recursive: true });
    await cp(join(template.path, "volumes"), join(path, "volumes"), { recursive: true });
    return {
      path,
      folder: join(path, "apps", "app"),
      volume: { name: "data", path: join(path, "volumes", "data", "_data") },
      brought: { name: "brought", path: join(path, "volumes", "brought", "_data") },
    };
  }
});
