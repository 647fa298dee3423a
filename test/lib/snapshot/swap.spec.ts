import assert from "node:assert/strict";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeLeftovers, swap, swapState } from "../../../providers/lib/snapshot/swap.ts";
import { createWorkspace, names, type Workspace } from "./workspace.ts";

describe("swapping a volume", () => {
  let workspace: Workspace;
  let path: string;
  beforeEach(async () => {
    workspace = await createWorkspace("8m");
    ({ path } = await workspace.small("data", "live"));
    await mkdir(`${path}.hearth-new`);
    await writeFile(join(`${path}.hearth-new`, "file"), "restored");
  });
  afterEach(() => workspace.remove());

  it("P4: puts the extracted one in place and the replaced one beside it; a second swap changes nothing", async () => {
    assert.equal(await swapState(path, "op"), "live");
    for (let time = 0; time < 2; time++) {
      await swap(path, "op");
      assert.equal(await swapState(path, "op"), "swapped");
      assert.equal(await text(path), "restored");
      assert.equal(await text(`${path}.hearth-old-op`), "live");
    }
  });

  it("P6: resumes after an interruption between its two renames", async () => {
    await rename(path, `${path}.hearth-old-op`);
    assert.equal(await swapState(path, "op"), "between");
    await swap(path, "op");
    assert.equal(await text(path), "restored");
    assert.equal(await text(`${path}.hearth-old-op`), "live");
  });

  it("P5: leaves the live one in place if nothing was extracted", async () => {
    await rm(`${path}.hearth-new`, { recursive: true });
    await assert.rejects(() => swap(path, "op"), {
      name: "SwapError",
      message: `swap ${path}: ${path}.hearth-new not found`,
    });
    assert.equal(await text(path), "live");
  });

  it("P5: keeps the replaced one while no volume is live", async () => {
    await rename(path, `${path}.hearth-old-op`);
    await assert.rejects(() => removeLeftovers(path), { name: "SwapError" });
    assert.equal(await text(`${path}.hearth-old-op`), "live");
    assert.equal(await text(`${path}.hearth-new`), "restored");
  });

  it("P6: finishes an interrupted removal, and never treats a partly removed volume as the replaced one", async () => {
    await swap(path, "op");
    await rename(`${path}.hearth-old-op`, `${path}.hearth-removing-op`);
    assert.equal(await swapState(path, "op"), "live");
    assert.equal(await text(path), "restored");
    await removeLeftovers(path);
    assert.deepEqual(await names(dirname(path)), ["_data"]);
    await removeLeftovers(path);
  });

  it("leaves nothing of earlier restores and of interrupted extractions once the app is healthy", async () => {
    for (const left of ["old-op1", "old-op2", "removing-op2", "partial"]) {
      await mkdir(`${path}.hearth-${left}`);
      await writeFile(join(`${path}.hearth-${left}`, "file"), left);
    }
    await removeLeftovers(path);
    assert.deepEqual(await names(dirname(path)), ["_data"]);
    assert.equal(await text(path), "live");
    await removeLeftovers(workspace.volume("none").path);
  });

  it("F57: removes the others if one can't be removed, and says which", async () => {
    await mkdir(`${path}.hearth-old-op1`);
    const stuck = `case $* in *hearth-new*) echo "rm: Operation not permitted" >&2; exit 1;; esac`;
    await workspace.fake("rm", `${stuck}\nexec /bin/rm "$@"`);
    await assert.rejects(() => removeLeftovers(path), /remove \S+\.hearth-new: .*not permitted/);
    assert.deepEqual(await names(dirname(path)), ["_data", "_data.hearth-new"]);
  });

  async function text(directory: string): Promise<string> {
    return readFile(join(directory, "file"), "utf8");
  }
});
