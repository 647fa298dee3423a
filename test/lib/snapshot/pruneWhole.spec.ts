import assert from "node:assert/strict";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prune } from "../../../providers/lib/snapshot/prune.ts";
import { readManifestIn } from "../../../providers/lib/snapshot/manifest.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { assertWhole, createWorkspace, names, type Workspace } from "./workspace.ts";

describe("pruning snapshots of two volumes", () => {
  let workspace: Workspace;
  const at = (...path: string[]) => join(workspace.folder, ...path);
  beforeEach(async () => {
    workspace = await createWorkspace("8m");
    const volumes = [await workspace.small("data"), await workspace.small("uploads")];
    await takeSnapshot(workspace.content("one", volumes));
    await takeSnapshot(workspace.content("two", volumes));
  });
  afterEach(() => workspace.remove());

  for (const archive of ["data.tar.zst", "uploads.tar.zst"])
    for (const [what, damage] of [
      ["is missing", (path: string) => rm(path)],
      ["is cut off", (path: string) => writeFile(path, "cut")],
    ] as const)
      it(`P5: keeps the last whole one while ${archive} of the newest ${what}`, async () => {
        await copyFile(at("snapshot", archive), at("kept"));
        await damage(at("snapshot", archive));
        assert.equal(await prune(workspace.folder, { keep: 1, bytes: 0 }), false);
        assert.equal(await assertWhole(at("snapshot.previous")), "one");
        await copyFile(at("kept"), at("snapshot", archive));
        assert.equal(await prune(workspace.folder, { keep: 1 }), true);
      });

  it("removes an older one that lacks one of its archives, whatever the limits", async () => {
    await rm(at("snapshot.previous", "uploads.tar.zst"));
    assert.equal(await prune(workspace.folder, { keep: 2 }), true);
    assert.deepEqual(await names(workspace.folder), ["snapshot"]);
  });

  it("counts the archives of both volumes of both snapshots, to the byte", async () => {
    const sizes = await Promise.all(
      ["snapshot", "snapshot.previous"].map(async name => (await readManifestIn(at(name)))!.volumes),
    );
    const bytes = sizes.flat().reduce((sum, { archiveBytes }) => sum + archiveBytes, 0);
    assert.equal(await prune(workspace.folder, { keep: 2, bytes }), false);
    assert.equal(await prune(workspace.folder, { keep: 2, bytes: bytes - 1 }), true);
  });

  it("changes nothing if the newest can't be read for another reason than damage", async () => {
    await rm(at("snapshot", "manifest.json"));
    await mkdir(at("snapshot", "manifest.json"));
    await assert.rejects(prune(workspace.folder, { keep: 1, bytes: 0 }), /EISDIR/);
    assert.equal(await assertWhole(at("snapshot.previous")), "one");
  });
});
