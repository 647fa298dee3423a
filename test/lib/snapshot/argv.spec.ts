import assert from "node:assert/strict";
import {
  archive,
  compare,
  diskUse,
  flush,
  inodeUse,
  pack,
  removal,
  testArchive,
  uncache,
  unpack,
} from "../../../providers/lib/snapshot/argv.ts";

describe("the command lines of a snapshot", () => {
  const tree = [
    "--format=pax",
    "--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f",
    "--sparse",
    "--sparse-version=0.0",
    "--sort=name",
    "--force-local",
    "--blocking-factor=128",
    "--numeric-owner",
    "--xattrs",
    "--xattrs-include=*",
    "--acls",
    "--directory=/v/a b/_data",
    ".",
  ];

  it("pack a directory so that the same tree gives the same bytes", () =>
    assert.deepEqual(pack("/v/a b/_data"), ["--create", "--file=-", ...tree]));

  it("pack an archive in the same way, with zstd's fastest level on all cores", () =>
    assert.deepEqual(archive("/v/a b/_data", "/s/a b.tar.zst"), [
      "--create",
      "--use-compress-program=zstd -1 -T0 --quiet",
      "--file=/s/a b.tar.zst",
      "--totals",
      ...tree,
    ]));

  it("unpack with owners, modes and every attribute", () => {
    assert.equal(
      unpack("/s/data.tar.zst", "/v/_data.hearth-half").join(" "),
      "--extract --use-compress-program=zstd --quiet --file=/s/data.tar.zst --ignore-zeros --same-owner --same-permissions --delay-directory-restore --force-local --blocking-factor=128 --numeric-owner --xattrs --xattrs-include=* --acls --directory=/v/_data.hearth-half",
    );
  });

  it("compare an archive with what would be packed, with names as arguments, not in the script", () => {
    const [flag, script, ...rest] = compare("/s/$(x).zst", "/v/a b/_data");
    assert.equal(flag, "-c");
    assert.doesNotMatch(script!, /\/[sv]\//);
    assert.deepEqual(rest, ["sh", "/s/$(x).zst", ...pack("/v/a b/_data")]);
  });

  it("never treat a name as a flag", () => {
    assert.equal(testArchive("-x").at(-2), "--");
    assert.match(compare("-x", "/v")[1]!, /--stdout -- "\$archive"/);
    assert.equal(diskUse("-x").at(-2), "--");
    assert.equal(inodeUse("-x").at(-2), "--");
    assert.equal(flush("-x").at(-2), "--");
    assert.equal(removal("-x").at(-2), "--");
    assert.equal(uncache("-x")[0], "if=-x");
    assert.equal(pack("-x").at(-2), "--directory=-x");
  });
});
