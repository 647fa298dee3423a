import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { commitSnapshot, recoverRotation, removePrevious } from "../../../providers/lib/snapshot/rotate.ts";
import { removeLeftovers, swap } from "../../../providers/lib/snapshot/swap.ts";
import { callsOf } from "./calls.ts";
import { createWorkspace, names, type Workspace } from "./workspace.ts";

/** Every rename is on the disk before the next step relies on it; a removal comes after both. */
describe("the order of changes on the disk", () => {
  let workspace: Workspace;
  beforeEach(async () => void (workspace = await createWorkspace("8m")));
  afterEach(() => workspace.remove());

  describe("when a snapshot becomes the newest", () => {
    const folderOf = () => workspace.folder;
    const make = async (...directories: string[]): Promise<void> => {
      for (const name of directories) {
        await mkdir(join(folderOf(), name), { recursive: true });
        await writeFile(join(folderOf(), name, "manifest.json"), name);
      }
    };
    const calls = (work: () => Promise<void>) => callsOf(workspace, folderOf(), work);
    const log = (line: string) => assert.fail(line);
    const commit = () => calls(() => commitSnapshot(folderOf(), join(folderOf(), "snapshot.x.partial"), log));

    it("P5: of an app without one", async () => {
      await make("snapshot.x.partial");
      assert.deepEqual(await commit(), [
        "rename snapshot.x.partial → snapshot.next",
        "sync .",
        "rename snapshot.next → snapshot",
        "sync .",
      ]);
    });

    it("P5: of an app with one", async () => {
      await make("snapshot.x.partial", "snapshot");
      assert.deepEqual(await commit(), [
        "rename snapshot.x.partial → snapshot.next",
        "sync .",
        "rename snapshot → snapshot.previous",
        "sync .",
        "rename snapshot.next → snapshot",
        "sync .",
      ]);
      assert.deepEqual(await names(folderOf()), ["snapshot", "snapshot.previous"]);
    });

    for (const [left, aside] of [
      [[], "snapshot.old"],
      [["snapshot.old"], "snapshot.old.1"],
      [["snapshot.old", "snapshot.old.1"], "snapshot.old.2"],
    ] as const)
      it(`P5: of an app with two and ${left.length} that weren't removed: nothing is removed before its commit`, async () => {
        await make("snapshot.x.partial", "snapshot", "snapshot.previous", ...left);
        const done = await commit();
        assert.deepEqual(done.slice(0, 7), [
          "rename snapshot.x.partial → snapshot.next",
          "sync .",
          `rename snapshot.previous → ${aside}`,
          "rename snapshot → snapshot.previous",
          "sync .",
          "rename snapshot.next → snapshot",
          "sync .",
        ]);
        const removed = [...left, aside].map(name => `remove ${name}`);
        assert.deepEqual(done.slice(7).toSorted(), removed.toSorted());
        assert.deepEqual(await names(folderOf()), ["snapshot", "snapshot.previous"]);
      });

    it("P5, P6: nothing is deleted while no newest one exists", async () => {
      await make("snapshot.old");
      assert.deepEqual(await calls(() => recoverRotation(folderOf(), log)), ["mkdir ."]);
    });

    it("P6: partial ones are removed last, by their whole name", async () => {
      await make("snapshot", "snapshot.a.partial", "snapshot.partial", "a.snapshot.b.partial", "snapshot.a.partial.x");
      assert.deepEqual(await calls(() => recoverRotation(folderOf(), log)), ["mkdir .", "remove snapshot.a.partial"]);
    });

    it("P5: a previous one is renamed, synced, and then removed", async () => {
      await make("snapshot", "snapshot.previous", "snapshot.old");
      assert.deepEqual(await calls(() => removePrevious(folderOf())), [
        "remove snapshot.old",
        "rename snapshot.previous → snapshot.old",
        "sync .",
        "remove snapshot.old",
      ]);
    });
  });

  describe("when a restored volume is swapped in", () => {
    const live = () => workspace.volume("data").path;
    const calls = (work: () => Promise<void>) => callsOf(workspace, dirname(live()), work);
    const make = async (...suffixes: string[]): Promise<void> => {
      for (const suffix of suffixes) await mkdir(`${live()}${suffix}`, { recursive: true });
    };

    it("P5: the live one is set aside first, and is durable there", async () => {
      await make("", ".hearth-new");
      assert.deepEqual(await calls(() => swap(live(), "op")), [
        "rename _data → _data.hearth-old-op",
        "sync .",
        "rename _data.hearth-new → _data",
        "sync .",
      ]);
    });

    it("P6: a volume that isn't there leaves an empty one aside, so that a repeated swap knows", async () => {
      await make(".hearth-new");
      assert.deepEqual(await calls(() => swap(live(), "op")), [
        "mkdir _data.hearth-old-op",
        "sync .",
        "rename _data.hearth-new → _data",
        "sync .",
      ]);
      assert.deepEqual(await calls(() => swap(live(), "op")), []);
    });

    it("P6: an interrupted swap only moves the new one", async () => {
      await make(".hearth-new", ".hearth-old-op");
      assert.deepEqual(await calls(() => swap(live(), "op")), ["rename _data.hearth-new → _data", "sync ."]);
    });

    it("P5: nothing is moved if nothing was extracted", async () => {
      await make("");
      const moved = calls(() => swap(live(), "op"));
      await assert.rejects(moved, { name: "SwapError", path: live(), message: /_data\.hearth-new not found$/ });
      assert.deepEqual(await names(dirname(live())), ["_data"]);
    });

    it("P5: the replaced one is renamed, synced, and then removed", async () => {
      await make("", ".hearth-old-op");
      assert.deepEqual(await calls(() => removeLeftovers(live())), [
        "remove _data.hearth-removing-op",
        "rename _data.hearth-old-op → _data.hearth-removing-op",
        "sync .",
        "remove _data.hearth-removing-op",
      ]);
      assert.deepEqual(await names(dirname(live())), ["_data"]);
      assert.deepEqual(await calls(() => removeLeftovers(live())), []);
    });

    for (const left of ["new", "partial", "removing-op"])
      it(`P6: _data.hearth-${left}, which no restore would take for the replaced one, is only removed`, async () => {
        await make("", `.hearth-${left}`);
        assert.deepEqual(await calls(() => removeLeftovers(live())), [`remove _data.hearth-${left}`]);
      });

    it("P5: the replaced one isn't removed while it is the only copy", async () => {
      await make(".hearth-old-op");
      await assert.rejects(removeLeftovers(live()), { name: "SwapError", message: /may be its only copy$/ });
      assert.deepEqual(await names(dirname(live())), ["_data.hearth-old-op"]);
    });
  });
});
