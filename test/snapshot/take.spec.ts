import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile, copyFile, mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { readManifest } from "../../providers/snapshot/manifest.ts";
import { commitSnapshot, partialPath } from "../../providers/snapshot/rotate.ts";
import { takeSnapshot } from "../../providers/snapshot/take.ts";
import { verifySnapshot } from "../../providers/snapshot/verify.ts";
import { writeSnapshot } from "../../providers/snapshot/write.ts";
import { assertWhole, makePlace, names, type Place } from "./place.ts";
import { awkwardTree, noise } from "./tree.ts";

describe("taking a snapshot", () => {
  let place: Place;
  beforeEach(async () => (place = await makePlace()));
  afterEach(() => place.gone());

  it("P2: writes every volume, the .env and a manifest, readable by root alone, and says the sizes", async () => {
    const volumes = [await place.small("data"), await place.small("more")];
    const manifest = await takeSnapshot(place.content("one", volumes));
    assert.deepEqual(await names(place.folder), ["snapshot"]);
    assert.deepEqual(await names(join(place.folder, "snapshot")), ["data.tar.zst", "env", "manifest.json", "more.tar.zst"]);
    for (const file of await names(join(place.folder, "snapshot"))) assert.equal((await stat(join(place.folder, "snapshot", file))).mode & 0o777, 0o600);
    assert.equal((await stat(join(place.folder, "snapshot"))).mode & 0o777, 0o700);
    assert.deepEqual(await readManifest(place.folder, "snapshot"), manifest);
    assert.deepEqual(
      manifest.volumes.map(({ name, archive, files }) => ({ name, archive, files })),
      [
        { name: "data", archive: "data.tar.zst", files: 2 },
        { name: "more", archive: "more.tar.zst", files: 2 },
      ],
    );
    assert.equal(await assertWhole(join(place.folder, "snapshot")), "one");
    assert.match(place.lines[0]!, /^snapshot 0\.0 MB → 0\.0 MB in \d+\.\d s$/);
    assert.match(place.lines[1]!, /^snapshot read back and equal in \d+\.\d s$/);
  });

  it("P2: gives the same bytes for the same tree, sparse files and all", async () => {
    const volume = place.volume("data");
    await awkwardTree(volume.path);
    const one = await takeSnapshot(place.content("one", [volume]));
    const two = await takeSnapshot(place.content("two", [volume]));
    assert.equal(two.volumes[0]?.sha256, one.volumes[0]?.sha256);
  });

  it("P5: keeps the one before, and removes an older one last", async () => {
    const volumes = [await place.small("data")];
    for (const id of ["one", "two", "three"]) await takeSnapshot(place.content(id, volumes));
    assert.deepEqual(await names(place.folder), ["snapshot", "snapshot.previous"]);
    assert.equal(await assertWhole(join(place.folder, "snapshot")), "three");
    assert.equal(await assertWhole(join(place.folder, "snapshot.previous")), "two");
  });

  it("F6, P2, P5: a bit flipped on the disk before it is read back is refused", async () => {
    const content = place.content("two", [await place.small("data", noise(100_000).toString("hex"))]);
    const partial = partialPath(place.folder, "two");
    const written = await writeSnapshot(partial, content);
    const archive = join(partial, "data.tar.zst");
    const before = await readFile(archive);
    // In the data, and in zstd's own checksum at the end. (A few bits of a header mean nothing: flipped, every byte still comes back.)
    for (const at of [before.length >> 2, before.length >> 1, before.length - 1]) {
      const bytes = Buffer.from(before);
      bytes[at]! ^= 0x10;
      await writeFile(archive, bytes);
      await assert.rejects(() => verifySnapshot(partial, content, written), { name: "SnapshotMismatchError", kind: "archive" });
    }
    await writeFile(archive, before);
    await verifySnapshot(partial, content, written);
  });

  it("F6: a whole archive of other bytes, a cut one, a missing one, another .env are refused", async () => {
    const data = await place.small("data", "a");
    const more = await place.small("more", "b");
    const content = place.content("two", [data, more]);
    const partial = partialPath(place.folder, "two");
    const written = await writeSnapshot(partial, content);
    const archive = join(partial, "data.tar.zst");
    const before = await readFile(archive);
    const refused = { name: "SnapshotMismatchError", kind: "archive" };
    await copyFile(join(partial, "more.tar.zst"), archive);
    await assert.rejects(() => verifySnapshot(partial, content, written), refused);
    await writeFile(archive, before.subarray(0, 20));
    await assert.rejects(() => verifySnapshot(partial, content, written), refused);
    await rm(archive);
    await assert.rejects(() => verifySnapshot(partial, content, written), refused);
    await writeFile(archive, before);
    await assert.rejects(() => verifySnapshot(partial, { ...content, env: "" }, written), refused);
    await assert.rejects(() => verifySnapshot(partial, { ...content, volumes: [data] }, written), refused);
    await verifySnapshot(partial, content, written);
    await commitSnapshot(place.folder, partial);
    assert.equal(await assertWhole(join(place.folder, "snapshot")), "two");
  });

  it("F6: a manifest that the disk changed is refused: a sum that is wrong would be found out only by a restore", async () => {
    const content = place.content("two", [await place.small("data", "a")]);
    const partial = partialPath(place.folder, "two");
    const written = await writeSnapshot(partial, content);
    const file = join(partial, "manifest.json");
    const text = await readFile(file, "utf8");
    await writeFile(
      file,
      text.replace(/"sha256": "(.)/, (_, first: string) => `"sha256": "${first === "0" ? "1" : "0"}`),
    );
    await assert.rejects(() => verifySnapshot(partial, content, written), { name: "SnapshotMismatchError", kind: "archive" });
    await writeFile(file, text);
    await verifySnapshot(partial, content, written);
    assert.equal(written.volumes[0]?.sha256.length, 64);
  });

  it("F15, P2: a volume that changed between the two readings is refused, wherever it changed", async () => {
    const volume = await place.small("data", noise(200_000).toString("hex"));
    const content = place.content("two", [volume]);
    const partial = partialPath(place.folder, "two");
    const changes: (() => Promise<unknown>)[] = [
      () => writeFile(join(volume.path, "zz-new"), "at the end"),
      () => rm(join(volume.path, "zz-new")),
      () => appendFile(join(volume.path, "file"), "more"),
      () => inPlace(join(volume.path, "file"), 150_000),
    ];
    for (const change of changes) {
      await rm(partial, { recursive: true, force: true });
      const written = await writeSnapshot(partial, content);
      await change();
      await assert.rejects(() => verifySnapshot(partial, content, written), {
        name: "SnapshotMismatchError",
        kind: "volume",
        message: /it changed since it was written, at byte \d+/,
      });
    }
  });

  it("F15: what may still write to a volume stops it before the first byte, and before the last rename", async () => {
    const content = place.content("one", [await place.small("data")]);
    const check = async () => Promise.reject(new Error("app_data is mounted by 1234"));
    await assert.rejects(() => takeSnapshot({ ...content, check }), /mounted by 1234/);
    assert.deepEqual(place.lines, []);
    let asked = 0;
    await assert.rejects(() => takeSnapshot({ ...content, check: async () => (++asked === 2 ? check() : undefined) }), /mounted by 1234/);
    assert.deepEqual(await names(place.folder), []);
  });

  it("P5: a failure of tar has tar's own words, leaves nothing of its own, and the older ones as they were", async () => {
    const volumes = [await place.small("data")];
    await takeSnapshot(place.content("one", volumes));
    await takeSnapshot(place.content("two", volumes));
    await place.fake("tar", 'PATH=${PATH#*:}; tar "$@"; echo "tar: ./file: file changed as we read it" >&2; exit 1');
    await assert.rejects(() => takeSnapshot(place.content("three", volumes)), {
      name: "ProgramError",
      message: "tar: read volume data: exit 1: tar: ./file: file changed as we read it",
    });
    assert.deepEqual(await names(place.folder), ["snapshot", "snapshot.previous"]);
    assert.equal(await assertWhole(join(place.folder, "snapshot")), "two");
    assert.equal(await assertWhole(join(place.folder, "snapshot.previous")), "one");
  });

  it("fails on a volume that isn't there, and on a program that isn't", async () => {
    await assert.rejects(() => takeSnapshot(place.content("one", [place.volume("none")])), /none/);
    await place.fake("zstd", "exit 70");
    const volume = await place.small("data");
    await assert.rejects(() => takeSnapshot(place.content("one", [volume])), /zstd: write archive of volume data: exit 70/);
  });

  it("names a socket, which can't be kept, and goes on", async () => {
    const volume = await place.small("data");
    const server = createServer().listen(join(volume.path, "mysql.sock"));
    await once(server, "listening");
    try {
      await takeSnapshot(place.content("one", [volume]));
    } finally {
      server.close();
    }
    assert.equal(place.lines[0], "snapshot of data: tar: ./mysql.sock: socket ignored");
    assert.equal(place.lines.filter(line => line.includes("socket")).length, 1);
  });

  it("called off, leaves neither a file nor a child", async () => {
    const volume = await place.small("data");
    const stop = new AbortController();
    await place.fake("zstd", "exec sleep 60");
    const take = takeSnapshot({ ...place.content("one", [volume]), signal: stop.signal });
    const timer = setTimeout(() => stop.abort(new Error("called off")), 300);
    await assert.rejects(() => take, /called off/);
    clearTimeout(timer);
    assert.deepEqual(await names(place.folder), []);
  });

  async function inPlace(path: string, at: number): Promise<void> {
    const file = await open(path, "r+");
    await file.write("?", at);
    await file.close();
  }
});

describe("a snapshot on a disk that gets full", () => {
  it("F4, P5: says so in zstd's words, leaves nothing half, and the older ones as they were", async () => {
    const place = await makePlace("4m");
    try {
      const small = await place.small("data");
      await takeSnapshot(place.content("one", [small]));
      const elsewhere = await makePlace();
      try {
        const large = elsewhere.volume("large");
        await mkdir(large.path, { recursive: true });
        await writeFile(join(large.path, "file"), noise(6_000_000));
        await assert.rejects(() => takeSnapshot(place.content("two", [small, large])), /zstd: write archive of volume large: .*No space left on device/s);
      } finally {
        await elsewhere.gone();
      }
      assert.deepEqual(await names(place.folder), ["snapshot"]);
      assert.equal(await assertWhole(join(place.folder, "snapshot")), "one");
      await takeSnapshot(place.content("three", [small]));
    } finally {
      await place.gone();
    }
  });
});
