import assert from "node:assert/strict";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dropNew, removeReplaced, putBack, swap, swapState } from "../../../providers/lib/snapshot/swap.ts";
import { makePlace, names, type Place } from "./place.ts";

describe("swapping a volume", () => {
  let place: Place;
  let path: string;
  beforeEach(async () => {
    place = await makePlace("8m");
    ({ path } = await place.small("data", "live"));
    await mkdir(`${path}.hearth-new`);
    await writeFile(join(`${path}.hearth-new`, "file"), "restored");
  });
  afterEach(() => place.gone());

  it("P4: puts the new one in its place and the old one beside it; a second time changes nothing", async () => {
    assert.equal(await swapState(path, "op"), "live");
    for (let time = 0; time < 2; time++) {
      await swap(path, "op");
      assert.equal(await swapState(path, "op"), "swapped");
      assert.equal(await text(path), "restored");
      assert.equal(await text(`${path}.hearth-old-op`), "live");
    }
  });

  it("P6: interrupted between its two renames, goes on or goes back", async () => {
    await rename(path, `${path}.hearth-old-op`);
    assert.equal(await swapState(path, "op"), "between");
    await putBack(path, "op");
    assert.equal(await text(path), "live");
    await rename(path, `${path}.hearth-old-op`);
    await swap(path, "op");
    assert.equal(await text(path), "restored");
  });

  it("P4: is undone, any number of times, and can be done again", async () => {
    await swap(path, "op");
    for (let time = 0; time < 2; time++) {
      await putBack(path, "op");
      assert.equal(await text(path), "live");
      assert.equal(await text(`${path}.hearth-new`), "restored");
    }
    await swap(path, "op");
    assert.equal(await text(path), "restored");
    await putBack(path, "op");
    await dropNew(path);
    assert.deepEqual(await names(dirname(path)), ["_data"]);
  });

  it("P5: with nothing extracted leaves the live one where it is", async () => {
    await rm(`${path}.hearth-new`, { recursive: true });
    await assert.rejects(() => swap(path, "op"), { name: "SwapError" });
    assert.equal(await text(path), "live");
  });

  it("P5: the old one isn't dropped, nor a new one, while nothing is live", async () => {
    await rename(path, `${path}.hearth-old-op`);
    await assert.rejects(() => removeReplaced(path, "op"), { name: "SwapError" });
    await assert.rejects(() => dropNew(path), { name: "SwapError" });
    assert.equal(await text(`${path}.hearth-old-op`), "live");
  });

  it("P6: a drop that was interrupted is finished, and half of a volume is never put back", async () => {
    await swap(path, "op");
    await rename(`${path}.hearth-old-op`, `${path}.hearth-gone-op`);
    await putBack(path, "op");
    assert.equal(await text(path), "restored");
    await removeReplaced(path, "op");
    assert.deepEqual(await names(dirname(path)), ["_data"]);
    await removeReplaced(path, "op");
  });

  it("P5: putting back overwrites nothing that was extracted meanwhile", async () => {
    await swap(path, "op");
    await mkdir(`${path}.hearth-new`);
    await assert.rejects(() => putBack(path, "op"), { name: "SwapError", message: /is in the way/ });
    assert.equal(await text(path), "restored");
  });

  async function text(directory: string): Promise<string> {
    return readFile(join(directory, "file"), "utf8");
  }
});
