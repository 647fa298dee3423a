import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findSnapshot } from "../../../providers/lib/snapshot/manifest.ts";
import { restoreSnapshot } from "../../../providers/lib/snapshot/restore.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

describe("reading a snapshot back", () => {
  let workspace: Workspace;
  beforeEach(async () => void (workspace = await createWorkspace()));
  afterEach(() => workspace.remove());

  const programs = async () => (await readFile(join(workspace.path, "programs"), "utf8")).split("\n").filter(Boolean);
  /** Records each call of the program, then runs it. */
  const record = (program: string, more = "") =>
    workspace.fake(
      program,
      `echo "${program} $1" >> '${workspace.path}/programs'${more}; PATH=\${PATH#*:} exec ${program} "$@"`,
    );

  it("P2: drops each archive from the page cache before it is read, so that the disk is read", async () => {
    await record("dd");
    await record("cmp");
    const volumes = [await workspace.small("data"), await workspace.small("uploads")];
    await takeSnapshot(workspace.content("one", volumes));
    const called = (await programs()).map(line => line.replace(/if=.*\//, ""));
    assert.deepEqual(
      called.map(line => line.split(" ")[0]),
      ["dd", "cmp", "dd", "cmp"],
    );
    assert.deepEqual(
      called.filter(line => line.startsWith("dd")),
      ["dd data.tar.zst", "dd uploads.tar.zst"],
    );
  });

  it("P2: goes on if the file system can't drop it", async () => {
    await record("dd", "; exit 1");
    await takeSnapshot(workspace.content("one", [await workspace.small("data")]));
    assert.deepEqual(
      (await programs()).map(line => line.split(" ")[0]),
      ["dd"],
    );
  });

  it("P4: a restore says which of several volumes aren't in the snapshot, and leaves them as they are", async () => {
    const [data, uploads] = [await workspace.small("data"), await workspace.small("uploads")];
    await takeSnapshot(workspace.content("one", [data, uploads]));
    const later = await workspace.small("later");
    const snapshot = (await findSnapshot(workspace.folder, "one"))!;
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await restoreSnapshot({ snapshot, id: "op", volumes: [data, later, uploads], log });
    assert.deepEqual(lines.slice(0, -1), ["volume later isn't in the snapshot and stays unchanged"]);
    assert.equal(await readFile(join(later.path, "file"), "utf8"), "later");
    await assert.rejects(restoreSnapshot({ snapshot, id: "op2", volumes: [data], log }), {
      name: "RestoreError",
      message: "restore volume uploads: the app has no such volume: create it first",
    });
  });
});
