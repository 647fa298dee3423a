import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
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
});
