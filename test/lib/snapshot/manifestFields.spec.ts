import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../../../providers/lib/snapshot/manifest.ts";
import { about, createWorkspace, type Workspace } from "./workspace.ts";

const volume = {
  name: "data",
  archive: "data.tar.zst",
  bytes: 10_240,
  archiveBytes: 300,
  files: 2,
  sha256: "0123456789abcdef".repeat(4),
};
const manifest = { format: 1, id: "a", ...about, taken: "2026-01-02T03:04:05.678Z", volumes: [volume] };

describe("a field of a manifest", () => {
  let workspace: Workspace;
  beforeEach(async () => void (workspace = await createWorkspace("8m")));
  afterEach(() => workspace.remove());

  async function read(json: object) {
    const directory = join(workspace.folder, "snapshot");
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "manifest.json"), JSON.stringify(json));
    return readManifest(workspace.folder, "snapshot");
  }
  const refused = (json: object, field: RegExp, what: unknown) =>
    assert.rejects(read(json), { kind: "broken", message: field }, JSON.stringify(what));

  const plain = ["", ".", "..", ".a", "-a", "_a", "a/b", "../a", "a b", "a\n", "a\\b", "ä", 1, null];
  const counts = [-1, 0.5, "1", null];

  it("is read back as it was written", async () => {
    assert.deepEqual(await read(manifest), manifest);
    assert.deepEqual((await read({ ...manifest, version: "", volumes: [] }))?.volumes, []);
    for (const name of ["a", "A", "9", "a.b_c-d", "a..b"])
      assert.equal((await read({ ...manifest, id: name }))?.id, name);
    assert.ok(await read({ ...manifest, volumes: [{ ...volume, bytes: 0, archiveBytes: 0, files: 0 }] }));
  });

  for (const [field, values] of [
    ["id", [...plain, undefined]],
    ["app", ["", 1, undefined]],
    ["recipe", ["", 1, undefined]],
    ["version", [1, undefined]],
    ["images", [[], { app: 1 }, undefined]],
    ["taken", ["yesterday", "2026-01-02", 1, undefined]],
    ["volumes", [{}, [1], undefined]],
  ] as const)
    it(`${field} is refused unless it is one`, async () => {
      for (const value of values) await refused({ ...manifest, [field]: value }, new RegExp(`: ${field}`), value);
    });

  for (const [field, values] of [
    ["name", [...plain, undefined]],
    ["archive", [...plain, undefined]],
    ["bytes", [...counts, undefined]],
    ["archiveBytes", [...counts, undefined]],
    ["files", [...counts, undefined]],
    ["sha256", ["", "0".repeat(63), "0".repeat(65), "A".repeat(64), "g".repeat(64), ` ${"0".repeat(64)}`, undefined]],
  ] as const)
    it(`${field} of a volume is refused unless it is one`, async () => {
      for (const value of values)
        await refused({ ...manifest, volumes: [volume, { ...volume, [field]: value }] }, /: volumes\.1/, value);
    });

  it("that this hearth doesn't know is refused: it might say that the archives are to be read otherwise", async () => {
    await refused({ ...manifest, encrypted: true }, /Unrecognized key/, "encrypted");
    await refused({ ...manifest, volumes: [{ ...volume, encrypted: true }] }, /Unrecognized key/, "encrypted");
  });
});
