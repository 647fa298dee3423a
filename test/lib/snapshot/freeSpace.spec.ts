import assert from "node:assert/strict";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import {
  freeSpaceAt,
  spaceRequirements,
  spaceShortage,
  type SpaceRequirement,
} from "../../../providers/lib/snapshot/space.ts";

describe("free space", () => {
  const genuine = fs.statfs;
  /** Answers as a filesystem with these counts would. */
  const statfsIs = (counts: object) => {
    fs.statfs = (async () => ({ bavail: 100, bfree: 500, bsize: 4_096, ...counts })) as unknown as typeof fs.statfs;
    syncBuiltinESMExports();
  };
  afterEach(() => {
    fs.statfs = genuine;
    syncBuiltinESMExports();
  });

  it("F3: has inodes without end on a filesystem that counts none, as btrfs does", async () => {
    statfsIs({ files: 0, ffree: 0 });
    const free = await freeSpaceAt(tmpdir());
    assert.equal(free.inodes, Number.POSITIVE_INFINITY);
    assert.equal(spaceShortage([{ what: "the snapshot", bytes: 1, inodes: 1e9, free }]), undefined);
  });

  it("F3: has the inodes that are free where they are counted, and none if none are", async () => {
    statfsIs({ files: 1_000, ffree: 7 });
    assert.equal((await freeSpaceAt(tmpdir())).inodes, 7);
    statfsIs({ files: 1_000, ffree: 0 });
    const free = await freeSpaceAt(tmpdir());
    assert.match(spaceShortage([{ what: "the snapshot", bytes: 1, inodes: 1, free }])!, /1 inodes .*, 0 are free/);
  });

  it("F3: is what an unprivileged user may write: the system's reserve isn't used", async () => {
    statfsIs({ files: 0, ffree: 0 });
    assert.equal((await freeSpaceAt(tmpdir())).bytes, 100 * 4_096);
  });

  it("F3: suffices to the last byte and the last inode", () => {
    const free = { filesystem: 1, path: "/data", bytes: 10e6, inodes: 10 };
    const need = (bytes: number, inodes: number): SpaceRequirement[] => [
      { what: "a restore of data", bytes, inodes, free },
    ];
    assert.equal(spaceShortage(need(10e6, 10)), undefined);
    assert.match(spaceShortage(need(10e6 + 1, 10))!, /^a restore of data needs 10\.?0? MB/);
    assert.match(spaceShortage(need(10e6, 11))!, /^a restore of data needs 11 inodes .*, 10 are free$/);
  });

  it("F3: is needed for a snapshot's folder, its .env and its manifest even of an app without volumes", async () => {
    const [snapshot, ...restores] = await spaceRequirements(tmpdir(), []);
    assert.deepEqual([snapshot?.what, snapshot?.bytes, snapshot?.inodes, restores], ["the snapshot", 0, 3, []]);
  });
});
