import assert from "node:assert/strict";
import { copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { damageOf, listSnapshots } from "../../../providers/lib/snapshot/inspect.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { createWorkspace, flipped, names, type Workspace } from "./workspace.ts";

describe("inspecting snapshots", () => {
  let workspace: Workspace;
  let newest: string;
  beforeEach(async () => {
    workspace = await createWorkspace("8m");
    const volumes = [await workspace.small("data"), await workspace.small("more")];
    for (const id of ["one", "two"]) await takeSnapshot(workspace.content(id, volumes));
    newest = join(workspace.folder, "snapshot");
  });
  afterEach(() => workspace.remove());

  const ids = async () => (await listSnapshots(workspace.folder)).map(({ manifest, damage }) => manifest?.id ?? damage);

  it("lists them from the newest to the oldest, also if a commit was interrupted", async () => {
    assert.deepEqual(await ids(), ["two", "one"]);
    await rename(newest, join(workspace.folder, "snapshot.next"));
    assert.deepEqual(await ids(), ["two", "one"]);
    await rm(workspace.folder, { recursive: true });
    assert.deepEqual(await ids(), []);
  });

  it("lists one whose manifest can't be read, with the reason", async () => {
    await writeFile(join(newest, "manifest.json"), "{");
    assert.match((await ids()).join(), /^read manifest \S+: invalid JSON: .*,one$/);
    await writeFile(join(newest, "manifest.json"), JSON.stringify({ format: 99 }));
    assert.match((await ids()).join(), /format 99, expected 1; a newer hearth wrote it.*,one$/);
  });

  it("F48: finds an intact one intact, and changes nothing", async () => {
    const before = await names(newest);
    for (const listed of await listSnapshots(workspace.folder)) assert.equal(await damageOf(listed), undefined);
    assert.deepEqual(await names(newest), before);
  });

  it("F48: doesn't report one as damaged because a program of the check isn't found", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = "/nowhere";
    try {
      const [found] = await listSnapshots(workspace.folder);
      await assert.rejects(damageOf(found!), { name: "ProgramError", kind: "not found" });
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("F48: judges one of an earlier hearth by what it recorded", async () => {
    const path = join(newest, "manifest.json");
    const { envSha256: _envSha256, ...earlier } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    await writeFile(path, JSON.stringify(earlier));
    const [found] = await listSnapshots(workspace.folder);
    assert.equal(found?.manifest?.id, "two");
    assert.equal(await damageOf(found), undefined);
  });

  const damages: [what: string, expected: RegExp, (archive: string) => Promise<unknown>][] = [
    [
      "a bit of its last archive flipped",
      /^more\.tar\.zst has SHA-256 \w+, expected \w+$/,
      async file => writeFile(file, flipped(await readFile(file))),
    ],
    [
      "its last archive cut",
      /^more\.tar\.zst has \d+ bytes, expected \d+$/,
      async file => writeFile(file, (await readFile(file)).subarray(0, -1)),
    ],
    ["another volume's archive", /^more\.tar\.zst has /, file => copyFile(join(newest, "data.tar.zst"), file)],
    ["an archive missing", /ENOENT.*more\.tar\.zst/, file => rm(file)],
    ["its .env missing", /ENOENT.*env/, () => rm(join(newest, "env"))],
    ["its .env changed", /^its \.env has changed$/, () => writeFile(join(newest, "env"), "TYPE=keycload\n")],
    ["its manifest missing", /manifest\.json: not found/, () => rm(join(newest, "manifest.json"))],
  ];
  for (const [what, expected, damage] of damages)
    it(`F48: reports one with ${what} as damaged`, async () => {
      await damage(join(newest, "more.tar.zst"));
      const [found, older] = await listSnapshots(workspace.folder);
      assert.match((await damageOf(found!))!, expected);
      assert.equal(await damageOf(older!), undefined);
    });
});
