import assert from "node:assert/strict";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recoverRotation } from "../../../providers/lib/snapshot/rotate.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { assertWhole, createWorkspace, names, type Workspace } from "./workspace.ts";

describe("an interrupted commit", () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await createWorkspace("8m");
    const volumes = [await workspace.small("data")];
    for (const id of ["one", "two"]) await takeSnapshot(workspace.content(id, volumes));
    await takeSnapshot({ ...workspace.content("three", volumes), folder: join(workspace.path, "other") });
  });
  afterEach(() => workspace.remove());

  it("P5, P6: is completed after its first rename", async () => {
    await rename(join(workspace.path, "other", "snapshot"), at("next"));
    await assertCompleted();
  });

  it("P5, P6: is completed when the older one was set aside", async () => {
    await rename(join(workspace.path, "other", "snapshot"), at("next"));
    await rename(at("previous"), at("old"));
    await assertCompleted();
  });

  it("P5, P6: is completed between its last two renames", async () => {
    await rename(join(workspace.path, "other", "snapshot"), at("next"));
    await rename(at("previous"), at("old"));
    await rename(join(workspace.folder, "snapshot"), at("previous"));
    await assertCompleted();
  });

  it("P6: removes partial snapshots, and nothing else", async () => {
    await mkdir(at("dead.partial"));
    await writeFile(join(workspace.folder, "last-good.json"), "{}");
    await recoverRotation(workspace.folder, line => workspace.lines.push(line));
    assert.deepEqual(await names(workspace.folder), ["last-good.json", "snapshot", "snapshot.previous"]);
  });

  it("P5: keeps an older one that is the only copy", async () => {
    await rename(at("previous"), at("old"));
    await rename(join(workspace.folder, "snapshot"), join(workspace.path, "lost"));
    await recoverRotation(workspace.folder, line => workspace.lines.push(line));
    assert.equal(await assertWhole(at("old")), "one");
  });

  it("F57: succeeds although an older one or a partial one can't be removed; the next one removes both", async () => {
    const stuck = `case $* in *snapshot.old*|*.partial*) echo "rm: cannot remove '$4': Operation not permitted" >&2; exit 1;; esac`;
    await workspace.fake("rm", `${stuck}\nexec /bin/rm "$@"`);
    await mkdir(at("dead.partial"));
    const volumes = [await workspace.small("data")];
    for (const id of ["four", "five"]) {
      await takeSnapshot(workspace.content(id, volumes));
      assert.equal(await assertWhole(join(workspace.folder, "snapshot")), id);
    }
    assert.equal(await assertWhole(at("previous")), "four");
    assert.match(
      workspace.lines.join("\n"),
      /remove \S+\/snapshot\.old: .*not permitted; the next snapshot tries again/,
    );
    await workspace.fake("rm", `exec /bin/rm "$@"`);
    await takeSnapshot(workspace.content("six", volumes));
    assert.deepEqual(await names(workspace.folder), ["snapshot", "snapshot.previous"]);
  });

  function at(what: string): string {
    return join(workspace.folder, `snapshot.${what}`);
  }

  async function assertCompleted(): Promise<void> {
    await recoverRotation(workspace.folder, line => workspace.lines.push(line));
    assert.deepEqual(await names(workspace.folder), ["snapshot", "snapshot.previous"]);
    assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "three");
    assert.equal(await assertWhole(at("previous")), "two");
  }
});
