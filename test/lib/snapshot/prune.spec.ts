import assert from "node:assert/strict";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prune } from "../../../providers/lib/snapshot/prune.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { assertWhole, makePlace, names, type Place } from "./place.ts";

describe("pruning snapshots", () => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace("8m");
    const volumes = [await place.small("data")];
    await takeSnapshot(place.content("one", volumes));
    await takeSnapshot(place.content("two", volumes));
  });
  afterEach(() => place.gone());

  it("P5: keeps two within the limits, else the newest, and never removes that", async () => {
    assert.equal(await prune(place.folder, { keep: 2 }), false);
    assert.equal(await prune(place.folder, { keep: 2, bytes: 1_000_000 }), false);
    assert.equal(await prune(place.folder, { keep: 2, bytes: 10 }), true);
    assert.deepEqual(await names(place.folder), ["snapshot"]);
    assert.equal(await prune(place.folder, { keep: 1, bytes: 0 }), false);
    assert.equal(await assertWhole(join(place.folder, "snapshot")), "two");
  });

  it("P5: keeps one if so configured", async () => {
    assert.equal(await prune(place.folder, { keep: 1 }), true);
    assert.equal(await assertWhole(join(place.folder, "snapshot")), "two");
  });

  it("P5: removes nothing while the newest is truncated, missing, or lacks an archive or manifest", async () => {
    const newest = join(place.folder, "snapshot");
    const damages = [
      () => writeFile(join(newest, "data.tar.zst"), "cut"),
      () => rm(join(newest, "data.tar.zst")),
      () => writeFile(join(newest, "manifest.json"), "{"),
      () => rename(newest, join(place.path, "aside")),
    ];
    for (const damage of damages) {
      await damage();
      assert.equal(await prune(place.folder, { keep: 1, bytes: 0 }), false);
      assert.equal(await assertWhole(join(place.folder, "snapshot.previous")), "one");
    }
  });

  it("removes a damaged previous one", async () => {
    await writeFile(join(place.folder, "snapshot.previous", "manifest.json"), "{");
    assert.equal(await prune(place.folder, { keep: 2 }), true);
    assert.deepEqual(await names(place.folder), ["snapshot"]);
  });
});
