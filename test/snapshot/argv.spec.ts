import assert from "node:assert/strict";
import { compress, decompress, diskUse, flush, inodeUse, pack, removal, uncache, unpack } from "../../providers/snapshot/argv.ts";

describe("the command lines of a snapshot", () => {
  it("pack a directory so that the same tree gives the same bytes", () => {
    assert.deepEqual(pack("/v/a b/_data"), [
      "--create",
      "--file=-",
      "--format=pax",
      "--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f",
      "--sparse",
      "--sparse-version=0.0",
      "--sort=name",
      "--numeric-owner",
      "--xattrs",
      "--xattrs-include=*",
      "--acls",
      "--directory=/v/a b/_data",
      ".",
    ]);
  });

  it("unpack with owners, modes and every attribute", () => {
    assert.equal(
      unpack("/v/_data.hearth-half").join(" "),
      "--extract --file=- --ignore-zeros --same-owner --same-permissions --delay-directory-restore --numeric-owner --xattrs --xattrs-include=* --acls --directory=/v/_data.hearth-half",
    );
  });

  it("never take a name for a flag", () => {
    assert.equal(decompress("-x").at(-2), "--");
    assert.equal(diskUse("-x").at(-2), "--");
    assert.equal(inodeUse("-x").at(-2), "--");
    assert.equal(flush("-x").at(-2), "--");
    assert.equal(removal("-x").at(-2), "--");
    assert.equal(uncache("-x")[0], "if=-x");
    assert.equal(pack("-x").at(-2), "--directory=-x");
  });

  it("compress as fast as zstd can, on all cores", () => assert.equal(compress().join(" "), "-1 -T0 --quiet --stdout"));
});
