import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chooseSnapshot, noSpace, requireIntact, unusable } from "../../providers/app/snapshotCheck.ts";
import { takeSnapshot } from "../../providers/lib/snapshot/take.ts";
import { createWorkspace, type Workspace } from "../lib/snapshot/workspace.ts";

describe("the snapshot to restore", () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await createWorkspace("8m");
    const volumes = [await workspace.small("data")];
    for (const id of ["one", "two"]) await takeSnapshot(workspace.content(id, volumes));
  });
  afterEach(() => workspace.remove());

  const choose = (previous: boolean) => chooseSnapshot("keycloak", workspace.folder, previous);
  const intact = (id: string) => requireIntact("keycloak", workspace.folder, id);
  const damage = (name: string, file = "data.tar.zst") => writeFile(join(workspace.folder, name, file), "damaged");

  it("is the newest, or the one before it", async () => {
    assert.deepEqual([(await choose(false)).id, (await choose(true)).id], ["two", "one"]);
    assert.equal((await intact("two")).id, "two");
    await rm(join(workspace.folder, "snapshot.previous"), { recursive: true });
    await assert.rejects(choose(true), /keycloak: previous snapshot not found/);
  });

  it("F48: is never a damaged one: the next older intact one is offered by name", async () => {
    await damage("snapshot");
    await assert.rejects(intact("two"), {
      name: "UnusableSnapshotError",
      message:
        /^keycloak's snapshot of 20\S+ \(10\.7\.1\+26\.4\.0\) is damaged: data\.tar\.zst has .*; intact is the one of 20\S+ \(10\.7\.1\+26\.4\.0\): hearth restore keycloak --previous$/,
    });
    assert.equal((await intact("one")).id, "one");
  });

  it("F48: is offered only if it is intact", async () => {
    await damage("snapshot");
    await damage("snapshot.previous");
    for (const id of ["one", "two"]) await assert.rejects(intact(id), /; no other snapshot is intact$/);
    await assert.rejects(intact("three"), /snapshot three is damaged: not found; no other/);
  });

  it("F48: isn't one whose manifest can't be read", async () => {
    await damage("snapshot", "manifest.json");
    await assert.rejects(choose(false), /keycloak's snapshot is damaged: .*invalid JSON.*restore keycloak --previous$/);
    await assert.rejects(intact("two"), /snapshot two is damaged: read manifest .*restore keycloak --previous$/);
    assert.equal((await choose(true)).id, "one");
  });

  it("F48: if the previous one is damaged, is the newest", async () => {
    await damage("snapshot.previous");
    await assert.rejects(intact("one"), /is damaged: .*: hearth restore keycloak$/);
  });
});

describe("what can be done without it", () => {
  it("P10: is a command each, for a damaged one and for a full disk", () => {
    const older = { version: "1.0.0+1", taken: "2026-01-01T00:00:00.000Z", previous: true };
    assert.deepEqual(unusable("app", "app's snapshot x", "cut", [older]).todo.split("; "), [
      "hearth restore app --previous: back to the snapshot of 2026-01-01T00:00:00.000Z (1.0.0+1)",
      "hearth retry app --keep-data: start the version before on today's data",
      "hearth accept app: keep what runs, once it is healthy",
      "hearth retry app: roll back, once the snapshot's files are repaired",
    ]);
    assert.equal(unusable("app", "app's snapshot x", "cut", []).todo.split("; ").length, 3);
    const { message, todo } = noSpace("app", "a restore of data needs 9 MB, 1 MB are free");
    assert.match(message, /^app's snapshot can't be restored: a restore of data needs 9 MB/);
    assert.match(todo, /^free space, then run hearth retry app; or hearth accept app: /);
  });
});
