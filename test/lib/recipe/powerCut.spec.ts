import assert from "node:assert/strict";
import { access, chmod, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { prepareAbraDir } from "../../../providers/lib/abra/home.ts";
import { fileAt } from "../../../providers/lib/recipe/files.ts";
import { refreshMirror } from "../../../providers/lib/recipe/mirror.ts";
import { createFixture, type Fixture } from "../../runApp/fixture.ts";

const [OLD, NEW] = ["1.9.0+1.0", "1.10.0+1.1"];

describe("F55: a recipe's mirror and hearth's clone after a power failure", function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let lines: string[];
  const mirror = () => join(fixture.state, "mirror", "web.git");
  const clone = () => join(fixture.state, "abra", "recipes", "web");
  const refresh = () => refreshMirror("web", fixture.state, fixture.operator, line => void lines.push(line));
  const prepare = () => prepareAbraDir("web", mirror(), fixture.state, fixture.operator);
  const names = async () => (await refresh()).tags.map(({ name }) => name).toSorted();
  const inMirror = (...argv: string[]) => fixture.git(fixture.root, `--git-dir=${mirror()}`, ...argv);
  const checkOut = async (version: string) => {
    await fixture.git(clone(), "checkout", "--quiet", "--force", `refs/tags/${version}`);
    return readFile(join(clone(), "compose.yml"), "utf8");
  };

  beforeEach(async () => {
    [fixture, lines] = [await createFixture(), []];
    await refresh();
    await prepare();
    await fixture.release(NEW, { "compose.yml": "new", "added.tmpl": "added" });
    await refresh();
  });
  afterEach(() => fixture.cleanUp());

  /** Makes every check begin anew, as after a boot. */
  async function reboot(): Promise<void> {
    const kept = join(mirror(), "hearth-refs");
    const text = await readFile(kept, "utf8").catch(() => "");
    if (text) await writeFile(kept, text.replace(/^.*\n/, "00000000-0000-0000-0000-000000000000\n"));
  }

  async function empty(path: string): Promise<void> {
    await chmod(path, 0o644);
    await truncate(path, 0);
  }

  /** Empties the object that `revision` names, as a filesystem does that lost its blocks. */
  async function emptyObject(gitDir: string, revision: string): Promise<void> {
    const oid = await fixture.git(fixture.root, `--git-dir=${gitDir}`, "rev-parse", revision);
    const packs = join(gitDir, "objects", "pack");
    for (const name of (await readdir(packs)).filter(each => each.endsWith(".pack"))) {
      await rename(join(packs, name), join(fixture.root, name));
      await rm(join(packs, name.replace(/\.pack$/, ".idx")));
      const settings = { cwd: fixture.root, inputFile: join(fixture.root, name) };
      await execa("git", [`--git-dir=${gitDir}`, "unpack-objects", "-q"], settings);
    }
    await empty(join(gitDir, "objects", oid.slice(0, 2), oid.slice(2)));
  }

  const damages: [string, () => Promise<unknown>][] = [
    ["the newest tag's object", () => emptyObject(mirror(), `refs/tags/${NEW}`)],
    ["the newest tag's commit", () => emptyObject(mirror(), `refs/tags/${NEW}^{commit}`)],
    ["a file of the newest tag", () => emptyObject(mirror(), `refs/tags/${NEW}:added.tmpl`)],
    ["a file of the oldest tag", () => emptyObject(mirror(), `refs/tags/${OLD}:compose.yml`)],
    [
      "every pack",
      async () => {
        const packs = join(mirror(), "objects", "pack");
        for (const name of await readdir(packs)) await empty(join(packs, name));
      },
    ],
    ["HEAD", () => empty(join(mirror(), "HEAD"))],
    ["the configuration", () => empty(join(mirror(), "config"))],
    [
      "a ref",
      () =>
        mkdir(join(mirror(), "refs", "tags"), { recursive: true }).then(() =>
          writeFile(join(mirror(), "refs", "tags", NEW), ""),
        ),
    ],
    ["the saved refs", () => writeFile(join(mirror(), "hearth-refs"), "")],
    ["the objects folder", () => rm(join(mirror(), "objects"), { recursive: true })],
  ];

  for (const [what, damage] of damages)
    it(`is usable again when ${what} was lost`, async () => {
      await damage();
      await reboot();
      assert.deepEqual(await names(), [NEW, OLD]);
      assert.equal(await fileAt(mirror(), NEW, "added.tmpl"), "added");
      assert.match((await fileAt(mirror(), OLD, "compose.yml"))!, /nginx:1\.0/);
      await inMirror("fsck", "--no-progress");
      await prepare();
      assert.equal(await checkOut(NEW), "new");
      assert.match(await checkOut(OLD), /nginx:1\.0/);
      assert.deepEqual((await readdir(join(fixture.state, "mirror"))).toSorted(), [
        "web.first-seen.json",
        "web.git",
        "web.git.lock",
      ]);
    });

  it("keeps tags as first seen, moved and deleted ones too, and says that it was made anew", async () => {
    const first = await inMirror("rev-parse", `refs/tags/${OLD}`);
    await fixture.git(fixture.upstream, "tag", "--force", "--annotate", "-m", "moved", OLD);
    await fixture.release("1.11.0+1.2");
    await refresh();
    await fixture.git(fixture.upstream, "tag", "--delete", "1.11.0+1.2");
    await refresh();
    await emptyObject(mirror(), `refs/tags/${NEW}`);
    await reboot();
    const { tags } = await refresh();
    const flags = Object.fromEntries(tags.map(({ name, moved, gone }) => [name, { moved, gone }]));
    assert.deepEqual(flags, {
      [OLD]: { moved: true, gone: false },
      [NEW]: { moved: false, gone: false },
      "1.11.0+1.2": { moved: false, gone: true },
    });
    assert.equal(await inMirror("rev-parse", `refs/tags/${OLD}`), first);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^web: mirror damaged \(.* is empty\): cloned anew$/);
    await emptyObject(mirror(), "refs/tags/1.11.0+1.2");
    await reboot();
    const left = (await refresh()).tags.map(({ name }) => name);
    assert.deepEqual(left.toSorted(), [NEW, OLD], "upstream doesn't have it any more");
    assert.match(lines[1]!, /: cloned anew; not readable in the old one: 1\.11\.0\+1\.2$/);
    lines = [];
    await reboot();
    await refresh();
    assert.deepEqual(lines, [], "an intact one stays");
  });

  it("fetches again what an interrupted fetch left empty", async () => {
    await fixture.release("1.11.0+1.2", { "more.tmpl": "more" });
    const oid = await fixture.git(fixture.upstream, "rev-parse", "1.11.0+1.2:more.tmpl");
    await mkdir(join(mirror(), "objects", oid.slice(0, 2)), { recursive: true });
    await writeFile(join(mirror(), "objects", oid.slice(0, 2), oid.slice(2)), "");
    const { offline } = await refresh();
    assert.equal(offline, undefined);
    assert.equal(await fileAt(mirror(), "1.11.0+1.2", "more.tmpl"), "more");
  });

  for (const [what, revision] of [
    ["tag", `refs/tags/${NEW}`],
    ["commit", `refs/tags/${NEW}^{commit}`],
    ["file", `refs/tags/${NEW}:added.tmpl`],
  ] as const)
    it(`lets a rollback run without the newest version's ${what} while upstream is down`, async () => {
      await emptyObject(mirror(), revision);
      await reboot();
      await rename(fixture.upstream, `${fixture.upstream}.away`);
      const { tags, offline } = await refresh();
      assert.ok(offline);
      assert.ok(tags.some(({ name }) => name === OLD));
      assert.match((await fileAt(mirror(), OLD, "compose.yml"))!, /nginx:1\.0/);
      await prepare();
      assert.match(await checkOut(OLD), /nginx:1\.0/);
      await rm(clone(), { recursive: true });
      await prepare();
      assert.match(await checkOut(OLD), /nginx:1\.0/);
    });

  it("makes a damaged clone anew, and never touches a repository around it", async () => {
    await fixture.git(fixture.state, "init", "--quiet");
    await fixture.write(fixture.state, { "operator's": "edited" });
    await prepare();
    const gitDir = join(clone(), ".git");
    for (const damage of [
      () => empty(join(gitDir, "HEAD")),
      () => rm(join(gitDir, "objects"), { recursive: true }),
      () => emptyObject(gitDir, `refs/tags/${OLD}:compose.yml`),
      () => rm(gitDir, { recursive: true }).then(() => mkdir(gitDir)),
    ]) {
      await damage();
      await prepare();
      assert.equal(await checkOut(NEW), "new");
      assert.match(await checkOut(OLD), /nginx:1\.0/);
      assert.equal(await readFile(join(fixture.state, "operator's"), "utf8"), "edited");
      await access(mirror());
    }
  });

  it("syncs what it fetches and clones", async () => {
    const trace = join(fixture.root, "trace");
    await writeFile(trace, "");
    process.env["GIT_TRACE2_EVENT"] = trace;
    try {
      await fixture.release("1.11.0+1.2", { "more.tmpl": "more" });
      await refresh();
    } finally {
      delete process.env["GIT_TRACE2_EVENT"];
    }
    const syncs = (await readFile(trace, "utf8")).matchAll(/"fsync\/hardware-flush","value":"(\d+)"/g);
    assert.ok([...syncs].some(([, count]) => Number(count) > 0));
  });
});
