import assert from "node:assert/strict";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prune } from "../../../providers/lib/snapshot/prune.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { assertWhole, createWorkspace, flipped, names, type Workspace } from "./workspace.ts";

describe("pruning snapshots", () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await createWorkspace("8m");
    const volumes = [await workspace.small("data")];
    await takeSnapshot(workspace.content("one", volumes));
    await takeSnapshot(workspace.content("two", volumes));
  });
  afterEach(() => workspace.remove());

  it("P5: keeps two within the limits, else the newest, and never removes that", async () => {
    assert.equal(await prune(workspace.folder, { keep: 2 }), false);
    assert.equal(await prune(workspace.folder, { keep: 2, bytes: 1_000_000 }), false);
    assert.equal(await prune(workspace.folder, { keep: 2, bytes: 10 }), true);
    assert.deepEqual(await names(workspace.folder), ["snapshot"]);
    assert.equal(await prune(workspace.folder, { keep: 1, bytes: 0 }), false);
    assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "two");
  });

  it("P5: keeps one if so configured", async () => {
    assert.equal(await prune(workspace.folder, { keep: 1 }), true);
    assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "two");
  });

  it("P5: removes nothing while the newest is changed, truncated, missing, or lacks an archive, .env or manifest", async () => {
    const newest = join(workspace.folder, "snapshot");
    const damages = [
      async () => writeFile(join(newest, "data.tar.zst"), flipped(await readFile(join(newest, "data.tar.zst")))),
      () => rm(join(newest, "env")),
      () => writeFile(join(newest, "data.tar.zst"), "cut"),
      () => rm(join(newest, "data.tar.zst")),
      () => writeFile(join(newest, "manifest.json"), "{"),
      () => rename(newest, join(workspace.path, "aside")),
    ];
    for (const damage of damages) {
      await damage();
      assert.equal(await prune(workspace.folder, { keep: 1, bytes: 0 }), false);
      assert.equal(await assertWhole(join(workspace.folder, "snapshot.previous")), "one");
    }
  });

  it("removes a damaged previous one", async () => {
    await writeFile(join(workspace.folder, "snapshot.previous", "manifest.json"), "{");
    assert.equal(await prune(workspace.folder, { keep: 2 }), true);
    assert.deepEqual(await names(workspace.folder), ["snapshot"]);
  });
});
