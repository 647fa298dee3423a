import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findSnapshot, readEnv, readManifest } from "../../../providers/lib/snapshot/manifest.ts";
import { about, makePlace, type Place } from "./place.ts";

describe("a manifest", () => {
  let place: Place;
  beforeEach(async () => (place = await makePlace("8m")));
  afterEach(() => place.gone());

  it("is read from the newest and from the previous snapshot", async () => {
    await put("snapshot", manifest("b"));
    await put("snapshot.previous", manifest("a"));
    assert.equal((await readManifest(place.folder, "snapshot"))?.id, "b");
    assert.equal((await readManifest(place.folder, "snapshot.previous"))?.id, "a");
    assert.equal(await readEnv(join(place.folder, "snapshot")), "KEY=b\n");
  });

  it("is undefined without a snapshot", async () => {
    assert.equal(await readManifest(place.folder, "snapshot"), undefined);
    assert.equal(await findSnapshot(place.folder, "a"), undefined);
  });

  it("is found by its snapshot's id, under any name", async () => {
    await put("snapshot.previous", manifest("a"));
    await put("snapshot.next", manifest("c"));
    assert.equal((await findSnapshot(place.folder, "a"))?.path, join(place.folder, "snapshot.previous"));
    assert.equal((await findSnapshot(place.folder, "c"))?.path, join(place.folder, "snapshot.next"));
    assert.equal(await findSnapshot(place.folder, "b"), undefined);
  });

  it("in a newer format is rejected", async () => {
    await put("snapshot", { format: 2, more: "unknown" });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), {
      kind: "newer",
      message: `read manifest ${place.folder}/snapshot/manifest.json: format 2, expected 1; a newer hearth wrote it: upgrade hearth on this host`,
    });
  });

  it("in an unknown older format is rejected", async () => {
    await put("snapshot", { ...manifest("a"), format: 0 });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), {
      kind: "broken",
      message: `read manifest ${place.folder}/snapshot/manifest.json: format: Invalid input: expected 1`,
    });
  });

  it("that is broken is rejected with its file and the fault", async () => {
    await put("snapshot", { ...manifest("a"), taken: "yesterday" });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), {
      name: "ManifestError",
      kind: "broken",
      path: `${place.folder}/snapshot/manifest.json`,
    });
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /taken: Invalid ISO datetime/);
    await writeFile(join(place.folder, "snapshot", "manifest.json"), '{"format": 1,');
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /invalid JSON/);
    await rm(join(place.folder, "snapshot", "manifest.json"));
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /manifest\.json: not found/);
  });

  it("that is broken doesn't hide a good one", async () => {
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
    await assert.rejects(() => readManifest(place.folder, "snapshot"), /volumes\.0\.archive: expected a plain name/);
  });

  async function put(name: string, json: object): Promise<void> {
    const directory = join(place.folder, name);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "manifest.json"), JSON.stringify(json));
    if ("id" in json) await writeFile(join(directory, "env"), `KEY=${String(json.id)}\n`);
  }

  function manifest(id: string) {
    return { format: 1, id, ...about, taken: "2026-01-02T03:04:05.678Z", volumes: [] };
  }
});
