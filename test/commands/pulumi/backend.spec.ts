import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { backendFolder, removeRemains, stacksOnDisk } from "../../../commands/pulumi/backend.ts";
import { project } from "../../lab/paths.ts";

const DOCS = "ci-docs-9c1995";
const WIKI = "ci-wiki-00000a";

describe("a run's stack in a file backend", () => {
  let folder: string;
  const file = async (name: string, changed: number) => {
    await writeFile(join(folder, "stacks/hearth", name), "");
    await utimes(join(folder, "stacks/hearth", name), changed, changed);
  };
  const left = () => readdir(folder, { recursive: true });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-backend-"));
    for (const name of ["stacks/hearth", "history/hearth", "backups/hearth", "locks/organization/hearth"])
      await mkdir(join(folder, name), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is in the folder that Pulumi makes of the backend's address, from the project's folder", () => {
    const home = userInfo().homedir;
    const cases: Record<string, string | undefined> = {
      "file:///var/lib/pulumi": "/var/lib/pulumi/.pulumi",
      "file:///var/lib/pulumi/": "/var/lib/pulumi/.pulumi",
      "file:///var/my%20lib?no_tmp_dir=false": "/var/my lib/.pulumi",
      "file://~": join(home, ".pulumi"),
      "file://~/states": join(home, "states", ".pulumi"),
      "file://./states": join(project, "states", ".pulumi"),
      "file://states/of": join(project, "states", "of", ".pulumi"),
      "file://../states": join(project, "..", "states", ".pulumi"),
      "file://localhost/states": join(project, "localhost", "states", ".pulumi"),
      "s3://bucket": undefined,
      "": undefined,
    };
    for (const [address, expected] of Object.entries(cases)) assert.equal(backendFolder(address), expected, address);
  });

  it("F22: has the age of its state, or of its newest remaining file", async () => {
    await file(`${DOCS}.json`, 100);
    await file(`${DOCS}.json.bak`, 200);
    await file(`${WIKI}.json.bak.18eb6300ca1ee858.tmp`, 300);
    await file(`${WIKI}.json.attrs`, 400);
    await file("ci-blog-00000b.json.gz", 500);
    for (const name of ["warm.json", "ci-people.json", "warm.json.bak"]) await file(name, 1);
    assert.deepEqual(Object.fromEntries(await stacksOnDisk(folder)), {
      [DOCS]: 100_000,
      [WIKI]: 400_000,
      "ci-blog-00000b": 500_000,
    });
    assert.deepEqual([...(await stacksOnDisk(join(folder, "nowhere")))], []);
  });

  it("F52: is found if only its lock remains, with the lock's age", async () => {
    const locks = join(folder, "locks/organization/hearth");
    for (const name of [DOCS, WIKI, "warm"]) await mkdir(join(locks, name));
    for (const name of [`${DOCS}/a.json`, "warm/a.json"]) {
      await writeFile(join(locks, name), "");
      await utimes(join(locks, name), 100, 100);
    }
    assert.deepEqual(Object.fromEntries(await stacksOnDisk(folder)), { [DOCS]: 100_000 });
    await file(`${DOCS}.json`, 50);
    assert.deepEqual(Object.fromEntries(await stacksOnDisk(folder)), { [DOCS]: 50_000 });
  });

  it("F22, P8: loses every file that Pulumi leaves of it; other stacks keep theirs", async () => {
    const others = ["stacks/hearth/warm.json", "history/hearth/warm/1.json", `history/hearth/${WIKI}/1.json`];
    for (const name of ["warm", WIKI]) await mkdir(join(folder, "history/hearth", name));
    for (const name of others) await writeFile(join(folder, name), "");
    const before = await left();
    for (const name of [`${DOCS}.json.bak`, `${DOCS}.json.attrs`, `${DOCS}.json.bak.18eb.tmp`]) await file(name, 1);
    await mkdir(join(folder, "history/hearth", DOCS));
    await writeFile(join(folder, "history/hearth", DOCS, "1.history.json"), "");
    await mkdir(join(folder, "locks/organization/hearth", DOCS));
    await removeRemains(DOCS, { folder });
    await removeRemains(DOCS, { folder });
    assert.deepEqual((await left()).toSorted(), before.toSorted());
  });

  it("P9: is kept if it was created again, whoever holds its lock; only stacks of runs are accepted", async () => {
    for (const name of [`${DOCS}.json`, `${DOCS}.json.bak`]) await file(name, 1);
    const before = await left();
    await removeRemains(DOCS, { folder });
    assert.deepEqual(await left(), before);
    await mkdir(join(folder, "locks/organization/hearth", WIKI));
    await writeFile(join(folder, "locks/organization/hearth", WIKI, "a.json"), "");
    await removeRemains(WIKI, { folder });
    assert.deepEqual(await readdir(join(folder, "locks/organization/hearth", WIKI)), ["a.json"]);
    for (const name of ["warm", "", "../.."])
      await assert.rejects(() => removeRemains(name, { folder }), { name: "TypeError" });
  });
});
