import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findSnapshot, readEnv, readManifest } from "../../../providers/lib/snapshot/manifest.ts";
import { about, makePlace, type Place } from "./place.ts";

describe("a manifest", () => {
  let place: Place;
  beforeEach(async () => (place = await makePlace("8m")));
  afterEach(() => place.gone());

  it("is read from the newest snapshot and from the one before", async () => {
    await put("snapshot", manifest("b"));
    await put("snapshot.previous", manifest("a"));
    assert.equal((await readManifest(place.folder, "snapshot"))?.id, "b");
    assert.equal((await readManifest(place.folder, "snapshot.previous"))?.id, "a");
    assert.equal(await readEnv(join(place.folder, "snapshot")), "KEY=b\n");
  });

  it("is absent where there is no snapshot", async () => {
    assert.equal(await readManifest(place.folder, "snapshot"), undefined);
    assert.equal(await findSnapshot(place.folder, "a"), undefined);
  });

  it("is found by its snapshot's id, under whatever name that lies", async () => {
    await put("snapshot.previous", manifest("a"));
    await put("snapshot.next", manifest("c"));
    assert.equal((await findSnapshot(place.folder, "a"))?.path, join(place.folder, "snapshot.previous"));
    assert.equal((await findSnapshot(place.folder, "c"))?.path, join(place.folder, "snapshot.next"));
    assert.equal(await findSnapshot(place.folder, "b"), undefined);
  });

  it("of a newer format is refused in a sentence", async () => {
    await put("snapshot", { format: 3, more: "unknown" });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), {
      kind: "newer",
      message: `read manifest ${place.folder}/snapshot/manifest.json: it is of format 3, and this hearth knows up to 2: a newer hearth wrote it`,
    });
  });

  it("of an older format is refused in another", async () => {
    await put("snapshot", { ...manifest("a"), format: 1 });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), {
      kind: "older",
      message: `read manifest ${place.folder}/snapshot/manifest.json: it is of format 1, and this hearth reads only 2: an older hearth wrote it`,
    });
  });

  it("that is broken names its file and what is wrong with it", async () => {
    await put("snapshot", { ...manifest("a"), taken: "yesterday" });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), {
      name: "ManifestError",
      kind: "broken",
      path: `${place.folder}/snapshot/manifest.json`,
    });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /taken: Invalid ISO datetime/);
    await writeFile(join(place.folder, "snapshot", "manifest.json"), '{"format": 2,');
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /no JSON/);
    await rm(join(place.folder, "snapshot", "manifest.json"));
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /there is none/);
  });

  it("that is broken hides no other that isn't", async () => {
    await put("snapshot", {});
    await put("snapshot.previous", manifest("a"));
    assert.equal((await findSnapshot(place.folder, "a"))?.manifest.id, "a");
    await assert.rejects(() => findSnapshot(place.folder, "b"), { kind: "broken" });
  });

  it("can't lead out of its directory", async () => {
    const volume = {
      name: "data",
      archive: "../../etc/shadow",
      bytes: 1,
      archiveBytes: 1,
      files: 1,
      sha256: "0".repeat(64),
    };
    await put("snapshot", { ...manifest("a"), volumes: [volume] });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /volumes\.0\.archive: wanted is a plain name/);
  });

  async function put(name: string, json: object): Promise<void> {
    const directory = join(place.folder, name);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "manifest.json"), JSON.stringify(json));
    if ("id" in json) await writeFile(join(directory, "env"), `KEY=${String(json.id)}\n`);
  }

  function manifest(id: string) {
    return { format: 2, id, ...about, taken: "2026-01-02T03:04:05.678Z", volumes: [] };
  }
});
