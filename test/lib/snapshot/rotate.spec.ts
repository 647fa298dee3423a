import assert from "node:assert/strict";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recoverRotation } from "../../../providers/lib/snapshot/rotate.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { assertWhole, makePlace, names, type Place } from "./place.ts";

describe("an interrupted commit", () => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace("8m");
    const volumes = [await place.small("data")];
    for (const id of ["one", "two"]) await takeSnapshot(place.content(id, volumes));
    await takeSnapshot({ ...place.content("three", volumes), folder: join(place.path, "other") });
  });
  afterEach(() => place.gone());

  it("P5, P6: is completed after its first rename", async () => {
    await rename(join(place.path, "other", "snapshot"), at("next"));
    await assertCompleted();
  });

  it("P5, P6: is completed when the older one was set aside", async () => {
    await rename(join(place.path, "other", "snapshot"), at("next"));
    await rename(at("previous"), at("old"));
    await assertCompleted();
  });

  it("P5, P6: is completed between its last two renames", async () => {
    await rename(join(place.path, "other", "snapshot"), at("next"));
    await rename(at("previous"), at("old"));
    await rename(join(place.folder, "snapshot"), at("previous"));
    await assertCompleted();
  });

  it("P6: removes partial snapshots, and nothing else", async () => {
    await mkdir(at("dead.partial"));
    await writeFile(join(place.folder, "last-good.json"), "{}");
    await recoverRotation(place.folder);
    assert.deepEqual(await names(place.folder), ["last-good.json", "snapshot", "snapshot.previous"]);
  });

  it("P5: keeps an older one that is the only copy", async () => {
    await rename(at("previous"), at("old"));
    await rename(join(place.folder, "snapshot"), join(place.path, "lost"));
    await recoverRotation(place.folder);
    assert.equal(await assertWhole(at("old")), "one");
  });

  function at(what: string): string {
    return join(place.folder, `snapshot.${what}`);
  }

  async function assertCompleted(): Promise<void> {
    await recoverRotation(place.folder);
    assert.deepEqual(await names(place.folder), ["snapshot", "snapshot.previous"]);
    assert.equal(await assertWhole(join(place.folder, "snapshot")), "three");
    assert.equal(await assertWhole(at("previous")), "two");
  }
});
