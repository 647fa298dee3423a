import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, copyFile, mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLock } from "../../../providers/lib/lock/flock.ts";
import { FORMAT } from "../../../providers/lib/fs/file.ts";
import { ProgramError } from "../../../providers/lib/process/run.ts";
import { isNoSpace } from "../../../providers/lib/snapshot/children.ts";
import { exists } from "../../../providers/lib/snapshot/disk.ts";
import { readManifest, type Manifest } from "../../../providers/lib/snapshot/manifest.ts";
import { commitSnapshot, partialPath } from "../../../providers/lib/snapshot/rotate.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import { seal } from "../../../providers/lib/snapshot/seal.ts";
import { verifyArchives } from "../../../providers/lib/snapshot/verify.ts";
import { writeArchives, type WrittenArchive } from "../../../providers/lib/snapshot/write.ts";
import type { Volume } from "../../../providers/lib/snapshot/volume.ts";
import { about, assertWhole, createWorkspace, names, type Workspace } from "./workspace.ts";
import { awkwardTree, noise } from "./tree.ts";

describe("taking a snapshot", () => {
  let workspace: Workspace;
  beforeEach(async () => (workspace = await createWorkspace()));
  afterEach(() => workspace.remove());

  it("P2: writes every volume, the .env and a manifest, readable by root only, and prints the sizes", async () => {
    const volumes = [await workspace.small("data"), await workspace.small("more")];
    const manifest = await takeSnapshot(workspace.content("one", volumes));
    assert.deepEqual(await names(workspace.folder), ["snapshot"]);
    assert.deepEqual(await names(join(workspace.folder, "snapshot")), [
      "data.tar.zst",
      "env",
      "manifest.json",
      "more.tar.zst",
    ]);
    for (const file of await names(join(workspace.folder, "snapshot")))
      assert.equal((await stat(join(workspace.folder, "snapshot", file))).mode & 0o777, 0o600);
    assert.equal((await stat(join(workspace.folder, "snapshot"))).mode & 0o777, 0o700);
    assert.deepEqual(await readManifest(workspace.folder, "snapshot"), manifest);
    assert.deepEqual(
      manifest.volumes.map(({ name, archive, files }) => ({ name, archive, files })),
      [
        { name: "data", archive: "data.tar.zst", files: 2 },
        { name: "more", archive: "more.tar.zst", files: 2 },
      ],
    );
    assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "one");
    assert.match(workspace.lines[0]!, /^snapshot 0\.1 MB → 0\.0 MB in \d+\.\d s$/);
    assert.match(workspace.lines[1]!, /^snapshot read back and equal in \d+\.\d s$/);
  });

  it("P2: writes the same bytes for the same tree, including sparse files", async () => {
    const volume = workspace.volume("data");
    await awkwardTree(volume.path);
    const one = await takeSnapshot(workspace.content("one", [volume]));
    const two = await takeSnapshot(workspace.content("two", [volume]));
    assert.equal(two.volumes[0]?.sha256, one.volumes[0]?.sha256);
  });

  it("P5: keeps the previous one, and removes an older one last", async () => {
    const volumes = [await workspace.small("data")];
    for (const id of ["one", "two", "three"]) await takeSnapshot(workspace.content(id, volumes));
    assert.deepEqual(await names(workspace.folder), ["snapshot", "snapshot.previous"]);
    assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "three");
    assert.equal(await assertWhole(join(workspace.folder, "snapshot.previous")), "two");
  });

  it("records the bytes of the tar stream and the checksum that sha256sum prints", async () => {
    const { volumes } = await takeSnapshot(
      workspace.content("one", [await workspace.small("data", noise(100_000).toString("hex"))]),
    );
    const archive = join(workspace.folder, "snapshot", "data.tar.zst");
    const stream = execFileSync("zstd", ["--decompress", "--stdout", "--quiet", archive]);
    assert.equal(volumes[0]?.bytes, stream.length);
    assert.equal(volumes[0]?.archiveBytes, (await stat(archive)).size);
    assert.equal(volumes[0]?.sha256, execFileSync("sha256sum", [archive], { encoding: "utf8" }).slice(0, 64));
  });

  it("prints progress while it writes, and nothing after", async () => {
    const volume = await workspace.small("data");
    await workspace.fake("zstd", 'PATH=${PATH#*:}; case "$*" in *-T0*) sleep 0.3;; esac; exec zstd "$@"');
    await takeSnapshot({ ...workspace.content("one", [volume]), progressInterval: 100 });
    const progress = workspace.lines.filter(line => line.includes("after"));
    assert.ok(progress.length === 2 || progress.length === 3, workspace.lines.join("\n"));
    for (const line of progress) assert.match(line, /^snapshot of data: 0\.?0? MB written after 0 s$/);
    const printed = workspace.lines.length;
    await sleep(250);
    assert.equal(workspace.lines.length, printed);
  });

  it("F6, P2, P5: rejects an archive with a flipped bit", async () => {
    const { partial, volumes, written } = await writeOnly([
      await workspace.small("data", noise(100_000).toString("hex")),
    ]);
    const archive = join(partial, "data.tar.zst");
    const before = await readFile(archive);
    // In the data and in zstd's own checksum at the end. (A few header bits are unused: flipped, every byte
    // still comes back.)
    for (const at of [before.length >> 2, before.length >> 1, before.length - 1]) {
      const bytes = Buffer.from(before);
      bytes[at]! ^= 0x10;
      await writeFile(archive, bytes);
      await assert.rejects(() => verified(partial, written, volumes), {
        name: "SnapshotMismatchError",
        kind: "archive",
      });
    }
    await writeFile(archive, before);
    await verified(partial, written, volumes);
  });

  it("F6, P2: blames the archive, not the volume, for a bit flipped early in a long archive", async () => {
    // zstd stores noise uncompressed: it outputs the wrong byte long before it can detect it.
    const volume = await workspace.small("data");
    await writeFile(join(volume.path, "file"), noise(12_000_000));
    const { partial, volumes, written } = await writeOnly([volume]);
    await inPlace(join(partial, "data.tar.zst"), 1_000_000);
    await assert.rejects(() => verified(partial, written, volumes), {
      name: "SnapshotMismatchError",
      kind: "archive",
      message: /zstd: read archive/,
    });
  });

  it("F6: rejects an archive of another volume, a truncated, a longer and a missing one", async () => {
    const { partial, volumes, written } = await writeOnly([
      await workspace.small("data", "a"),
      await workspace.small("more", "b"),
    ]);
    const archive = join(partial, "data.tar.zst");
    const before = await readFile(archive);
    const rejected = { name: "SnapshotMismatchError", kind: "archive" };
    await copyFile(join(partial, "more.tar.zst"), archive);
    await assert.rejects(() => verified(partial, written, volumes), { name: "SnapshotMismatchError" });
    for (const bytes of [before.subarray(0, 20), before.subarray(0, 0), before.subarray(0, -1)]) {
      await writeFile(archive, bytes);
      await assert.rejects(() => verified(partial, written, volumes), rejected);
    }
    // An additional empty frame adds no output byte.
    await writeFile(archive, Buffer.concat([before, execFileSync("zstd", ["--stdout", "--quiet"], { input: "" })]));
    await assert.rejects(() => verified(partial, written, volumes), rejected);
    await rm(archive);
    await assert.rejects(() => verified(partial, written, volumes), rejected);
    await writeFile(archive, before);
    await seal(partial, { ...manifest, volumes: await verified(partial, written, volumes) }, "");
    await commitSnapshot(workspace.folder, partial, () => undefined);
    assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "two");
  });

  it("F6: rejects a manifest that wouldn't read back", async () => {
    await assert.rejects(() => takeSnapshot({ ...workspace.content("two", []), about: { ...about, app: "" } }), {
      name: "ManifestError",
      kind: "broken",
    });
    assert.deepEqual(await names(workspace.folder), []);
  });

  it("F15, P2: rejects a volume that changed between the two reads, wherever it changed", async () => {
    const volume = await workspace.small("data", noise(200_000).toString("hex"));
    const changes: (() => Promise<unknown>)[] = [
      () => writeFile(join(volume.path, "zz-new"), "at the end"),
      () => rm(join(volume.path, "zz-new")),
      () => appendFile(join(volume.path, "file"), "more"),
      () => inPlace(join(volume.path, "file"), 150_000),
      () => writeFile(join(volume.path, "zz-large"), noise(300_000)),
      () => rm(join(volume.path, "zz-large")),
      () => chmod(join(volume.path, "file"), 0o600),
    ];
    for (const change of changes) {
      await rm(partialPath(workspace.folder, "two"), { recursive: true, force: true });
      const { partial, volumes, written } = await writeOnly([volume]);
      await change();
      await assert.rejects(() => verified(partial, written, volumes), {
        name: "SnapshotMismatchError",
        kind: "volume",
        message: /it changed since it was written, at byte \d+ of its tar$/,
      });
    }
  });

  it("F15: fails at once with tar's message if a volume disappears between the two reads", async () => {
    const volume = await workspace.small("data", noise(200_000).toString("hex"));
    const { partial, volumes, written } = await writeOnly([volume]);
    await rm(volume.path, { recursive: true });
    await assert.rejects(() => verified(partial, written, volumes), {
      name: "ProgramError",
      program: "tar",
      message: /^tar: read volume data again: exit 2: tar: .*No such file or directory/,
    });
  });

  it("P2: fails if the second tar fails after its last byte, or cmp can't compare", async () => {
    const { partial, volumes, written } = await writeOnly([await workspace.small("data")]);
    await workspace.fake(
      "tar",
      'PATH=${PATH#*:}; tar "$@"; echo "tar: ./file: file changed as we read it" >&2; exit 1',
    );
    await assert.rejects(() => verified(partial, written, volumes), {
      name: "ProgramError",
      message: "tar: read volume data again: exit 1: tar: ./file: file changed as we read it",
    });
    await workspace.fake("tar", 'PATH=${PATH#*:}; exec tar "$@"');
    await workspace.fake("cmp", "echo cmp: standard input: Input/output error; exit 2");
    await assert.rejects(() => verified(partial, written, volumes), {
      name: "ProgramError",
      program: "cmp",
      message: /exit 2: cmp: standard input/,
    });
  });

  it("F15: fails before the first byte, or before the last rename, if something may write to a volume", async () => {
    const content = workspace.content("one", [await workspace.small("data")]);
    const check = async () => Promise.reject(new Error("app_data is mounted by 1234"));
    await assert.rejects(() => takeSnapshot({ ...content, check }), /mounted by 1234/);
    assert.deepEqual(workspace.lines, []);
    let calls = 0;
    await assert.rejects(
      () => takeSnapshot({ ...content, check: async () => (++calls === 2 ? check() : undefined) }),
      /mounted by 1234/,
    );
    assert.deepEqual(await names(workspace.folder), []);
  });

  it("P5: fails with tar's message, leaves nothing, and keeps the older ones unchanged", async () => {
    const volumes = [await workspace.small("data")];
    await takeSnapshot(workspace.content("one", volumes));
    await takeSnapshot(workspace.content("two", volumes));
    await workspace.fake(
      "tar",
      'PATH=${PATH#*:}; tar "$@"; echo "tar: ./file: file changed as we read it" >&2; exit 1',
    );
    await assert.rejects(() => takeSnapshot(workspace.content("three", volumes)), {
      name: "ProgramError",
      message: "tar: archive volume data: exit 1: tar: ./file: file changed as we read it",
    });
    assert.deepEqual(await names(workspace.folder), ["snapshot", "snapshot.previous"]);
    assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "two");
    assert.equal(await assertWhole(join(workspace.folder, "snapshot.previous")), "one");
  });

  it("fails if a volume or a program is missing", async () => {
    await assert.rejects(() => takeSnapshot(workspace.content("one", [workspace.volume("none")])), /none/);
    await workspace.fake("zstd", "exit 70");
    const volume = await workspace.small("data");
    await assert.rejects(
      () => takeSnapshot(workspace.content("one", [volume])),
      /tar: archive volume data: exit 2: .*Child returned status 70/s,
    );
  });

  it("names a socket, which can't be archived, and continues", async () => {
    const volume = await workspace.small("data");
    const server = createServer().listen(join(volume.path, "mysql.sock"));
    await once(server, "listening");
    try {
      await takeSnapshot(workspace.content("one", [volume]));
    } finally {
      server.close();
    }
    assert.equal(workspace.lines[0], "snapshot of data: tar: ./mysql.sock: socket ignored");
    assert.equal(workspace.lines.filter(line => line.includes("socket")).length, 1);
  });

  for (const [when, flag] of [
    ["while it writes", "-T0"],
    ["while it reads back", "--decompress"],
  ])
    it(`leaves neither a file nor a child when aborted ${when}`, async () => {
      const volume = await workspace.small("data", noise(200_000).toString("hex"));
      const held = (await tryLock(join(workspace.path, "lock")))!;
      const stop = new AbortController();
      const reached = join(workspace.path, "reached");
      await workspace.fake(
        "zstd",
        `PATH=\${PATH#*:}; case "$*" in *${flag}*) touch ${reached}; sleep 60;; esac; exec zstd "$@"`,
      );
      const take = takeSnapshot({ ...workspace.content("one", [volume]), inherit: held.fd, signal: stop.signal });
      const refused = assert.rejects(() => take, /aborted/);
      while (!(await exists(reached))) await sleep(10);
      await held.release();
      assert.equal(await tryLock(held.path), undefined, "tar and zstd hold the lock");
      const start = Date.now();
      stop.abort(new Error("aborted"));
      await refused;
      assert.ok(Date.now() - start < 1_000);
      assert.deepEqual(await names(workspace.folder), []);
      const again = await tryLock(held.path);
      assert.ok(again, "no child is left");
      await again.release();
    });

  const manifest: Manifest = { format: FORMAT, id: "two", ...about, taken: "2026-01-02T03:04:05.678Z", volumes: [] };

  /** Writes the archives without reading them back. */
  async function writeOnly(
    volumes: Volume[],
  ): Promise<{ partial: string; volumes: Volume[]; written: WrittenArchive[] }> {
    const partial = partialPath(workspace.folder, "two");
    return { partial, volumes, written: await writeArchives(partial, volumes, () => undefined) };
  }

  function verified(partial: string, written: WrittenArchive[], volumes: Volume[]) {
    return verifyArchives(partial, written, volumes, () => undefined);
  }

  async function inPlace(path: string, at: number): Promise<void> {
    const file = await open(path, "r+");
    await file.write("?", at);
    await file.close();
  }
});

describe("a snapshot on a full disk", () => {
  it("F4, P5: fails with zstd's message, leaves nothing partial, and keeps the older ones unchanged", async () => {
    const workspace = await createWorkspace("4m");
    try {
      const small = await workspace.small("data");
      await takeSnapshot(workspace.content("one", [small]));
      const elsewhere = await createWorkspace();
      try {
        const large = elsewhere.volume("large");
        await mkdir(large.path, { recursive: true });
        await writeFile(join(large.path, "file"), noise(6_000_000));
        await assert.rejects(
          () => takeSnapshot(workspace.content("two", [small, large])),
          error =>
            error instanceof ProgramError &&
            isNoSpace(error) &&
            /^tar: archive volume large: .*zstd: .*No space left on device/s.test(error.message),
        );
      } finally {
        await elsewhere.remove();
      }
      assert.deepEqual(await names(workspace.folder), ["snapshot"]);
      assert.equal(await assertWhole(join(workspace.folder, "snapshot")), "one");
      await takeSnapshot(workspace.content("three", [small]));
    } finally {
      await workspace.remove();
    }
  });
});
