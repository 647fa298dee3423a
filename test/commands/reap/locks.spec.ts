import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLock, type Lock } from "../../../providers/lib/lock/flock.ts";
import { monotonicNow } from "../../../providers/lib/time/monotonic.ts";
import { takeLocks } from "../../../commands/reap/locks.ts";

describe("the locks of a run", () => {
  let folder: string;
  const held = async (name: string): Promise<Lock> =>
    (await tryLock(join(folder, name))) ?? assert.fail(`${name} is held`);

  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "hearth-reap-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("F22, P1: are all acquired once every holder has released its own", async () => {
    const other = await held("realm.lock");
    await (await held("docs.lock")).release();
    await writeFile(join(folder, "owner.json"), "");
    const start = Date.now();
    void sleep(300).then(() => other.release());
    const taken = await takeLocks(folder, monotonicNow() + 10_000);
    assert.ok(Date.now() - start >= 300);
    for (const name of ["realm.lock", "docs.lock"]) assert.equal(await tryLock(join(folder, name)), undefined);
    await taken.release();
    for (const name of ["realm.lock", "docs.lock"]) await (await held(name)).release();
    assert.deepEqual((await readdir(folder)).toSorted(), ["docs.lock", "owner.json", "realm.lock"]);
  });

  it("F22: are not acquired if one is never released", async () => {
    await (await held("docs.lock")).release();
    const other = await held("realm.lock");
    await assert.rejects(() => takeLocks(folder, monotonicNow() + 300), {
      name: "LockedError",
      path: join(folder, "realm.lock"),
    });
    await (await held("docs.lock")).release();
    await other.release();
  });

  it("don't exist for a run without a folder, and aren't created", async () => {
    await rm(folder, { recursive: true });
    await (await takeLocks(folder, 0)).release();
    await assert.rejects(() => readdir(folder), { code: "ENOENT" });
  });
});
