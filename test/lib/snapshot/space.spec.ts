import assert from "node:assert/strict";
import { mkdir, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  spaceRequirements,
  spaceShortage,
  measureVolumes,
  freeSpaceAt,
  restoreRequirements,
  type SpaceRequirement,
} from "../../../providers/lib/snapshot/space.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";
import { noise } from "./tree.ts";

describe("the space that a snapshot and a restore need", () => {
  let workspace: Workspace;
  beforeEach(async () => (workspace = await createWorkspace("8m")));
  afterEach(() => workspace.remove());

  it("F3: is the disk usage of the trees, without holes", async () => {
    const volume = await workspace.small("data", "small");
    await writeFile(join(volume.path, "large"), noise(1_000_000));
    await writeFile(join(volume.path, "hole"), "");
    await truncate(join(volume.path, "hole"), 1e9);
    const [need] = await measureVolumes([volume]);
    assert.equal(need?.inodes, 4);
    assert.ok(need.bytes >= 1_000_000 && need.bytes < 1_100_000, String(need.bytes));
  });

  it("F3: is compared with each filesystem's free space, also before a directory exists", async () => {
    const here = await freeSpaceAt(join(workspace.path, "not", "yet"));
    assert.equal(here.path, workspace.path);
    assert.ok(here.bytes > 7e6 && here.bytes < 8.5e6, String(here.bytes));
    const volume = await workspace.small("data");
    await writeFile(join(volume.path, "large"), noise(3_000_000));
    const required = await spaceRequirements(workspace.folder, [volume]);
    assert.deepEqual(
      required.map(requirement => requirement.what),
      ["the snapshot", "a restore of data"],
    );
    assert.match(
      spaceShortage(required)!,
      /^the snapshot and a restore of data need 6\.\d MB on the filesystem of \/.*, 5\.\d MB are free$/,
    );
    assert.equal(spaceShortage(required.slice(0, 1)), undefined);
  });

  it("F5: for a restore is what the manifest says, less what an interrupted one left", async () => {
    const volume = await workspace.small("data");
    const archived = { name: "data", archive: "data.tar.zst", bytes: 7e6, archiveBytes: 10, files: 3, sha256: "" };
    const short = async () => spaceShortage(await restoreRequirements([archived], [volume]));
    assert.equal(await short(), undefined);
    await mkdir(`${volume.path}.hearth-partial`);
    await writeFile(join(`${volume.path}.hearth-partial`, "large"), noise(3_000_000));
    assert.equal(await short(), undefined, "the restore removes what is left of an earlier one");
    await rename(`${volume.path}.hearth-partial`, join(workspace.path, "other"));
    assert.match((await short())!, /^a restore of data needs 7\.0 MB on the filesystem of \/.*, 5\.\d MB are free$/);
    assert.equal(spaceShortage(await restoreRequirements([archived], [])), undefined);
  });

  it("F3: fails with du's message if a tree is missing", async () => {
    await assert.rejects(
      () => measureVolumes([workspace.volume("none")]),
      /du: measure volume none: .*No such file or directory/,
    );
  });

  it("F3: is measured even if a file disappears while du runs", async () => {
    const volume = await workspace.small("data");
    await mkdir(join(volume.path, "more"));
    await workspace.fake(
      "du",
      `PATH=\${PATH#*:}; du "$@"; echo "du: cannot access '/x/tmp-1': No such file or directory" >&2; exit 1`,
    );
    assert.equal((await measureVolumes([volume]))[0]?.inodes, 3);
    await workspace.fake(
      "du",
      `PATH=\${PATH#*:}; du "$@"; echo "du: cannot read directory '/x': Input/output error" >&2; exit 1`,
    );
    await assert.rejects(() => measureVolumes([volume]), /Input\/output error/);
  });

  it("F3: names each filesystem that has too few bytes or inodes", () => {
    const state = { filesystem: 1, path: "/var/lib/hearth", bytes: 120e6, inodes: 10 };
    const docker = {
      filesystem: 2,
      path: "/var/lib/docker/volumes/data",
      bytes: 300e6,
      inodes: Number.POSITIVE_INFINITY,
    };
    const required: SpaceRequirement[] = [
      { what: "the snapshot", bytes: 159e6, inodes: 4, free: state },
      { what: "a restore of data", bytes: 159e6, inodes: 2_000, free: docker },
    ];
    assert.equal(
      spaceShortage(required),
      "the snapshot needs 159 MB on the filesystem of /var/lib/hearth, 120 MB are free",
    );
    assert.equal(
      spaceShortage(required.map(requirement => ({ ...requirement, free: { ...state, bytes: 1e9 } }))),
      "the snapshot and a restore of data need 2004 inodes on the filesystem of /var/lib/hearth, 10 are free",
    );
  });
});
