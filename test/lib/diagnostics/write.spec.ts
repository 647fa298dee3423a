import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { writeDiagnostics } from "../../../providers/lib/diagnostics/write.ts";
import { root, smallDisk } from "../fs/tmpfs.ts";

const sentinel = "Sentinel-4711";

describe("diagnostics of a failure", () => {
  let failures: string;
  beforeEach(async () => (failures = join(await mkdtemp(join(tmpdir(), "hearth-evidence-")), "failures")));
  afterEach(() => rm(join(failures, ".."), { recursive: true }));

  it("F32: are masked, readable by root only, in a folder named by the time", async () => {
    const before = new Date().toISOString().replaceAll(/[-:]/g, "");
    const path = await writeDiagnostics(
      failures,
      { "app.log": `password is ${sentinel}\n`, "../tasks": "OTHER_TOKEN=abcd1234", ".hidden": "" },
      [sentinel],
    );
    assert.ok(basename(path) >= before);
    assert.deepEqual(
      (await readdir(path)).toSorted(),
      [".._tasks", "_hidden", "app.log"].map(name => name.replace(/^\.\./, "_.")).toSorted(),
    );
    for (const name of await readdir(path)) {
      assert.ok(!(await readFile(join(path, name), "utf8")).match(/Sentinel|abcd1234/));
      assert.equal((await stat(join(path, name))).mode & 0o777, 0o600);
    }
    assert.equal((await stat(path)).mode & 0o777, 0o700);
  });

  it("are kept for the last ten failures; the newest and foreign files are never removed", async () => {
    // Written while the clock was far ahead.
    await mkdir(join(failures, "99990101T000000.000Z"), { recursive: true });
    await mkdir(join(failures, "notes of mine"));
    await mkdir(join(failures, ".unfinished"));
    const written = [];
    for (let time = 0; time < 12; time++)
      written.push(basename(await writeDiagnostics(failures, { time: String(time) }, [])));
    assert.equal(new Set(written).size, 12);
    const kept = await readdir(failures);
    assert.deepEqual(kept.toSorted(), [...written.slice(-9), "99990101T000000.000Z", "notes of mine"].toSorted());
  });

  it("F5: leave nothing partial on a full disk, and the write fails", async function () {
    if (!root) return this.skip();
    const disk = smallDisk(64);
    try {
      await mkdir(join(disk.path, "failures"));
      await disk.fill();
      await assert.rejects(() => writeDiagnostics(join(disk.path, "failures"), { log: "x".repeat(9_000) }, []), {
        code: "ENOSPC",
      });
      assert.deepEqual(await readdir(join(disk.path, "failures")), []);
    } finally {
      disk.remove();
    }
  });
});
