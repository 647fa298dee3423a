import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findSnapshot, readEnv, readManifest } from "../../../providers/lib/snapshot/manifest.ts";
import { about, createWorkspace, type Workspace } from "./workspace.ts";

describe("a manifest", () => {
  let workspace: Workspace;
  beforeEach(async () => (workspace = await createWorkspace("8m")));
  afterEach(() => workspace.remove());

  it("is read from the newest and from the previous snapshot", async () => {
    await writeManifest("snapshot", manifest("b"));
    await writeManifest("snapshot.previous", manifest("a"));
    assert.equal((await readManifest(workspace.folder, "snapshot"))?.id, "b");
    assert.equal((await readManifest(workspace.folder, "snapshot.previous"))?.id, "a");
    assert.equal(await readEnv(join(workspace.folder, "snapshot")), "KEY=b\n");
  });

  it("is undefined without a snapshot", async () => {
    assert.equal(await readManifest(workspace.folder, "snapshot"), undefined);
    assert.equal(await findSnapshot(workspace.folder, "a"), undefined);
  });

  it("is found by its snapshot's id, under any name", async () => {
    await writeManifest("snapshot.previous", manifest("a"));
    await writeManifest("snapshot.next", manifest("c"));
    assert.equal((await findSnapshot(workspace.folder, "a"))?.path, join(workspace.folder, "snapshot.previous"));
    assert.equal((await findSnapshot(workspace.folder, "c"))?.path, join(workspace.folder, "snapshot.next"));
    assert.equal(await findSnapshot(workspace.folder, "b"), undefined);
  });

  it("in a newer format is rejected", async () => {
    await writeManifest("snapshot", { format: 2, more: "unknown" });
    await assert.rejects(() => readManifest(workspace.folder, "snapshot"), {
      kind: "newer",
      message: `read manifest ${workspace.folder}/snapshot/manifest.json: format 2, expected 1; a newer hearth wrote it: upgrade hearth on this host`,
    });
  });

  it("in an unknown older format is rejected", async () => {
    await writeManifest("snapshot", { ...manifest("a"), format: 0 });
    await assert.rejects(() => readManifest(workspace.folder, "snapshot"), {
      kind: "broken",
      message: `read manifest ${workspace.folder}/snapshot/manifest.json: format: Invalid input: expected 1`,
    });
  });

  it("that is invalid is rejected with its file and the fault", async () => {
    await writeManifest("snapshot", { ...manifest("a"), taken: "yesterday" });
    await assert.rejects(() => readManifest(workspace.folder, "snapshot"), {
      name: "ManifestError",
      kind: "broken",
      path: `${workspace.folder}/snapshot/manifest.json`,
    });
    await assert.rejects(() => readManifest(workspace.folder, "snapshot"), /taken: Invalid ISO datetime/);
    await writeFile(join(workspace.folder, "snapshot", "manifest.json"), '{"format": 1,');
    await assert.rejects(() => readManifest(workspace.folder, "snapshot"), /invalid JSON/);
    await rm(join(workspace.folder, "snapshot", "manifest.json"));
    await assert.rejects(() => readManifest(workspace.folder, "snapshot"), /manifest\.json: not found/);
  });

  it("that is invalid doesn't hide a valid one", async () => {
    await writeManifest("snapshot", {});
    await writeManifest("snapshot.previous", manifest("a"));
    assert.equal((await findSnapshot(workspace.folder, "a"))?.manifest.id, "a");
    await assert.rejects(() => findSnapshot(workspace.folder, "b"), { kind: "broken" });
  });

  it("can't refer to files outside its directory", async () => {
    const volume = {
      name: "data",
      archive: "../../etc/shadow",
      bytes: 1,
      archiveBytes: 1,
      files: 1,
      sha256: "0".repeat(64),
    };
    await writeManifest("snapshot", { ...manifest("a"), volumes: [volume] });
    await assert.rejects(
      () => readManifest(workspace.folder, "snapshot"),
      /volumes\.0\.archive: expected a plain name/,
    );
  });

  async function writeManifest(name: string, json: object): Promise<void> {
    const directory = join(workspace.folder, name);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "manifest.json"), JSON.stringify(json));
    if ("id" in json) await writeFile(join(directory, "env"), `KEY=${String(json.id)}\n`);
  }

  function manifest(id: string) {
    return { format: 1, id, ...about, taken: "2026-01-02T03:04:05.678Z", volumes: [] };
  }
});
