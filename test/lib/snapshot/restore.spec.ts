import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { extract } from "../../../providers/lib/snapshot/extract.ts";
import { findSnapshot, type StoredSnapshot } from "../../../providers/lib/snapshot/manifest.ts";
import { restoreSnapshot } from "../../../providers/lib/snapshot/restore.ts";
import { removeLeftovers } from "../../../providers/lib/snapshot/swap.ts";
import { takeSnapshot } from "../../../providers/lib/snapshot/take.ts";
import type { Volume } from "../../../providers/lib/snapshot/volume.ts";
import { createWorkspace, names, type Workspace } from "./workspace.ts";
import { addAttributes, awkwardTree, describeTree, hasPython, noise } from "./tree.ts";

describe("restoring a snapshot", () => {
  let workspace: Workspace;
  beforeEach(async () => (workspace = await createWorkspace()));
  afterEach(() => workspace.remove());

  it("P4: restores the same tree: names, owners, modes, times, links, holes, devices", async () => {
    const volume = workspace.volume("data");
    await awkwardTree(volume.path);
    await assertSameAfter(volume);
    assert.ok((await stat(join(volume.path, "sparse"))).blocks * 512 < 100_000, "the file must be sparse again");
  });

  it("P4: restores extended attributes, capabilities, ACLs and SELinux contexts", async function () {
    if (!hasPython()) this.skip();
    const volume = workspace.volume("data");
    await awkwardTree(volume.path);
    addAttributes(volume.path);
    const seen = await describeTree(volume.path);
    const context = Buffer.from("system_u:object_r:container_file_t:s0:c1,c2\0").toString("hex");
    for (const path of [".", "./plain", "./sub", "./dangling", "./fifo"])
      assert.ok(seen[path]!.includes(`security.selinux=${context}`), path);
    const carried = [".", "./plain", "./-rf", "./random", "./three", "./sub/deep"];
    for (const path of carried) assert.match(seen[path]!, /(user|trusted|security|system)\.[\w-]+=/, path);
    await assertSameAfter(volume);
  });

  it("P4, P11: leaves the snapshot unchanged, and keeps the replaced volume until it is removed", async () => {
    const volume = await workspace.small("data", "before");
    const snapshot = await taken("one", [volume]);
    const kept = await describeTree(snapshot.path);
    await writeFile(join(volume.path, "file"), "migrated");
    await restoreSnapshot({ snapshot, id: "op", volumes: [volume], log: line => workspace.lines.push(line) });
    await writeFile(join(volume.path, "file"), "working on");
    assert.deepEqual(await describeTree(snapshot.path), kept);
    assert.equal(await readFile(join(`${volume.path}.hearth-old-op`, "file"), "utf8"), "migrated");
    assert.match(workspace.lines.at(-1)!, /^restored 0\.0 MB → 0\.1 MB in \d+\.\d s$/);
    await removeLeftovers(volume.path);
    assert.deepEqual(await names(dirname(volume.path)), ["_data"]);
  });

  it("P6: changes nothing when repeated with the same id, and starts over with another", async () => {
    const volume = await workspace.small("data", "before");
    const snapshot = await taken("one", [volume]);
    const again = (id: string) => restoreSnapshot({ snapshot, id, volumes: [volume], log: () => undefined });
    await again("op");
    await writeFile(join(volume.path, "file"), "since");
    await again("op");
    assert.equal(await readFile(join(volume.path, "file"), "utf8"), "since");
    assert.deepEqual(await names(dirname(volume.path)), ["_data", "_data.hearth-old-op"]);
    await again("op2");
    assert.equal(await readFile(join(volume.path, "file"), "utf8"), "before");
    assert.deepEqual(await names(dirname(volume.path)), ["_data", "_data.hearth-old-op", "_data.hearth-old-op2"]);
  });

  it("F5, P5: changes no volume, not even the first, if an archive was modified", async () => {
    const volumes = [await workspace.small("data"), await workspace.small("more", noise(100_000).toString("hex"))];
    const snapshot = await taken("one", volumes);
    const before = await Promise.all(volumes.map(volume => describeTree(dirname(volume.path))));
    const archive = join(snapshot.path, "more.tar.zst");
    const whole = await readFile(archive);
    const damaged = Buffer.from(whole);
    damaged[damaged.length >> 1]! ^= 1;
    for (const bytes of [
      damaged,
      whole.subarray(0, -30),
      whole.subarray(0, 0),
      await readFile(join(snapshot.path, "data.tar.zst")),
    ]) {
      await writeFile(archive, bytes);
      await assert.rejects(() => restoreSnapshot({ snapshot, id: "op", volumes, log: () => undefined }), {
        name: "ExtractError",
        kind: "corrupt",
      });
      await rm(`${volumes[0]!.path}.hearth-new`, { recursive: true });
      const after = await Promise.all(volumes.map(volume => describeTree(dirname(volume.path))));
      assert.deepEqual(after.map(withoutTimes), before.map(withoutTimes));
    }
    await writeFile(archive, whole);
    await restoreSnapshot({ snapshot, id: "op", volumes, log: () => undefined });
  });

  it("F5: reports an archive as corrupt if it can't be extracted despite its checksum, or is missing", async () => {
    const volume = await workspace.small("data");
    const snapshot = await taken("one", [volume]);
    const archived = snapshot.manifest.volumes[0]!;
    const archive = join(snapshot.path, archived.archive);
    const cut = (await readFile(archive)).subarray(0, -4);
    await writeFile(archive, cut);
    const sha256 = createHash("sha256").update(cut).digest("hex");
    await assert.rejects(() => extract(snapshot.path, { ...archived, sha256 }, volume.path), {
      kind: "corrupt",
      message: /premature end/,
    });
    await rm(archive);
    await assert.rejects(() => extract(snapshot.path, archived, volume.path), { kind: "corrupt", message: /ENOENT/ });
    assert.deepEqual(await names(dirname(volume.path)), ["_data"]);
  });

  it("P4, P5: sets aside what only a newer version has, and leaves what existed unarchived unchanged", async () => {
    const data = await workspace.small("data");
    const content = workspace.content("one", [data]);
    await takeSnapshot({ ...content, about: { ...content.about, others: ["old"] } });
    const snapshot = (await findSnapshot(workspace.folder, "one"))!;
    const old = await workspace.small("old", "of an older version");
    const brought = await workspace.small("brought", "by a newer version");
    await chmod(brought.path, 0o700);
    const log = (line: string) => workspace.lines.push(line);
    const restore = () => restoreSnapshot({ snapshot, id: "op", volumes: [data, old, brought], log });
    for (let time = 0; time < 2; time++) {
      await restore();
      assert.deepEqual(await names(dirname(old.path)), ["_data"]);
      assert.deepEqual(await names(brought.path), []);
      assert.equal((await stat(brought.path)).mode & 0o7777, 0o755);
      assert.equal(await readFile(join(`${brought.path}.hearth-old-op`, "file"), "utf8"), "by a newer version");
    }
    assert.ok(workspace.lines.includes("volume old isn't in the snapshot and stays unchanged"));
    assert.ok(
      workspace.lines.includes("volume brought didn't exist at the time of the snapshot; its data is set aside"),
    );
  });

  it("P6: completes with what it extracted if the snapshot is damaged after its first swap", async () => {
    const volumes = [await workspace.small("data", "before"), await workspace.small("more", "before")];
    const snapshot = await taken("one", volumes);
    const restore = () => restoreSnapshot({ snapshot, id: "op", volumes, log: () => undefined });
    await restore();
    const [, more] = volumes;
    await rename(more!.path, `${more!.path}.hearth-new`);
    await rename(`${more!.path}.hearth-old-op`, more!.path);
    await writeFile(join(snapshot.path, "more.tar.zst"), "damaged");
    await restore();
    assert.deepEqual(await names(dirname(more!.path)), ["_data", "_data.hearth-old-op"]);
    assert.equal(await readFile(join(more!.path, "file"), "utf8"), "before");
  });

  it("names a volume that isn't in a snapshot of an earlier hearth, and leaves it unchanged", async () => {
    const data = await workspace.small("data");
    const snapshot = await taken("one", [data]);
    const later = await workspace.small("later", "new");
    await restoreSnapshot({ snapshot, id: "op", volumes: [data, later], log: line => workspace.lines.push(line) });
    assert.deepEqual(await names(dirname(later.path)), ["_data"]);
    assert.ok(workspace.lines.includes("volume later isn't in the snapshot and stays unchanged"));
  });

  it("fails before it extracts anything if the app lacks one of the snapshot's volumes", async () => {
    const volumes = [await workspace.small("data"), await workspace.small("more")];
    const snapshot = await taken("one", volumes);
    await assert.rejects(
      () => restoreSnapshot({ snapshot, id: "op", volumes: volumes.slice(0, 1), log: () => undefined }),
      /restore volume more: the app has no such volume: create it first/,
    );
    await rm(dirname(volumes[1]!.path), { recursive: true });
    await assert.rejects(() => extract(snapshot.path, snapshot.manifest.volumes[1]!, volumes[1]!.path), {
      kind: "no volume",
    });
    assert.deepEqual(await names(dirname(volumes[0]!.path)), ["_data"]);
  });

  it("creates a missing _data, and keeps an empty one as the replaced volume", async () => {
    const volume = await workspace.small("data");
    const snapshot = await taken("one", [volume]);
    await rm(volume.path, { recursive: true });
    await restoreSnapshot({ snapshot, id: "op", volumes: [volume], log: () => undefined });
    assert.equal(await readFile(join(volume.path, "file"), "utf8"), "data");
    assert.ok((await stat(`${volume.path}.hearth-old-op`)).isDirectory());
    assert.deepEqual(await names(`${volume.path}.hearth-old-op`), []);
  });

  it("F57: names the damage, also if what it extracted can't be removed", async () => {
    const volume = await workspace.small("data");
    const snapshot = await taken("one", [volume]);
    await writeFile(join(snapshot.path, "data.tar.zst"), "damaged");
    await workspace.fake(
      "rm",
      `case $* in *hearth-partial) [ ! -e "$5" ] || { echo "rm: Operation not permitted" >&2; exit 1; };; esac\nexec /bin/rm "$@"`,
    );
    await assert.rejects(() => restoreSnapshot({ snapshot, id: "op", volumes: [volume], log: () => undefined }), {
      name: "ExtractError",
      kind: "corrupt",
      message: /SHA-256 .*; rm: remove \S+hearth-partial: .*not permitted/s,
    });
    assert.equal(await readFile(join(volume.path, "file"), "utf8"), "data");
  });

  it("removes what it extracted when aborted", async () => {
    const volume = await workspace.small("data");
    const snapshot = await taken("one", [volume]);
    await workspace.fake("zstd", "exec sleep 60");
    const signal = AbortSignal.timeout(300);
    await assert.rejects(
      () => restoreSnapshot({ snapshot, id: "op", volumes: [volume], log: () => undefined, signal }),
      { name: "TimeoutError" },
    );
    assert.deepEqual(await names(dirname(volume.path)), ["_data"]);
  });

  it("F5, P5: keeps the live volume and nothing partial on a full disk; succeeds once there is space", async () => {
    const full = await createWorkspace("5m");
    try {
      const volume = full.volume("data");
      await mkdir(volume.path, { recursive: true });
      for (let index = 0; index < 40; index++) await writeFile(join(volume.path, `file-${index}`), noise(50_000));
      const snapshot = await taken("one", [volume]);
      const ballast = join(full.path, "ballast");
      await writeFile(ballast, noise(2_000_000));
      const before = await describeTree(volume.path);
      await assert.rejects(() => restoreSnapshot({ snapshot, id: "op", volumes: [volume], log: () => undefined }), {
        name: "ExtractError",
        kind: "no space",
        message: /extract volume data: tar: write .*No space left on device/s,
      });
      assert.deepEqual(await describeTree(volume.path), before);
      assert.deepEqual(await names(dirname(volume.path)), ["_data"]);
      await rm(ballast);
      await restoreSnapshot({ snapshot, id: "op", volumes: [volume], log: () => undefined });
      assert.deepEqual(await describeTree(volume.path), before);
    } finally {
      await full.remove();
    }
  });

  async function taken(id: string, volumes: readonly Volume[]): Promise<StoredSnapshot> {
    await takeSnapshot(workspace.content(id, volumes));
    return (await findSnapshot(workspace.folder, id))!;
  }

  async function assertSameAfter(volume: Volume): Promise<void> {
    const before = await describeTree(volume.path);
    const snapshot = await taken("one", [volume]);
    // Moved away, so that none of it can be found in place.
    await rename(volume.path, join(workspace.path, "original"));
    await mkdir(volume.path);
    await restoreSnapshot({ snapshot, id: "op", volumes: [volume], log: () => undefined });
    assert.deepEqual(await describeTree(volume.path), before);
    assert.deepEqual(await describeTree(join(workspace.path, "original")), before);
  }

  function withoutTimes(seen: Record<string, string>): Record<string, string> {
    // The parent directory's time changes as entries are added and removed.
    return { ...seen, ".": "" };
  }
});
