import assert from "node:assert/strict";
import { chmod, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { checkoutFault, readWorkTree, revisionOf } from "../../providers/runApp/workTree.ts";
import { createFixture, type Fixture } from "./fixture.ts";

describe("a checkout", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  beforeEach(async () => (fixture = await createFixture()));
  afterEach(() => fixture.cleanUp());

  it("keeps its revision while nothing in it changes", async () => {
    const first = await revisionOf(fixture.upstream);
    assert.equal(await revisionOf(fixture.upstream), first);
    assert.match(
      first,
      new RegExp(`^${(await fixture.git(fixture.upstream, "rev-parse", "HEAD")).slice(0, 8)}-[0-9a-f]{16}$`),
    );
    await fixture.write(fixture.upstream, { ignored: "by git", ".git/of-git": "" });
    assert.equal(await revisionOf(fixture.upstream), first, "ignored files don't count");
  });

  it("gets another revision with each edit, new file, deleted file, mode, link and commit", async () => {
    const { upstream } = fixture;
    const changes: (() => Promise<unknown>)[] = [
      () => fixture.write(upstream, { "compose.yml": "services: {}\n" }),
      () => fixture.write(upstream, { "new.tmpl": "a" }),
      () => fixture.write(upstream, { "new.tmpl": "b" }),
      () => fixture.git(upstream, "add", "--all").then(() => fixture.git(upstream, "commit", "--quiet", "-m", "more")),
      () => chmod(join(upstream, "new.tmpl"), 0o755),
      () => rm(join(upstream, "new.tmpl")),
      () => symlink("compose.yml", join(upstream, "link.yml")),
    ];
    const seen = new Set([await revisionOf(upstream)]);
    for (const change of changes) {
      await change();
      seen.add(await revisionOf(upstream));
    }
    assert.equal(seen.size, changes.length + 1);
  });

  it("keeps its revision when a file is staged", async () => {
    await fixture.write(fixture.upstream, { "new.tmpl": "a" });
    const before = await revisionOf(fixture.upstream);
    await fixture.git(fixture.upstream, "add", "--all");
    assert.equal(await revisionOf(fixture.upstream), before);
  });

  it("has all its files without git, and only those not ignored within another repository", async () => {
    const plain = join(fixture.root, "plain");
    await fixture.write(plain, { "compose.yml": "a", "sub/x": "b", ignored: "c" });
    assert.deepEqual(await readWorkTree(plain), { head: undefined, files: ["compose.yml", "ignored", "sub/x"] });
    const within = join(fixture.upstream, "recipes", "web");
    await fixture.write(within, { "compose.yml": "a", ignored: "c" });
    assert.deepEqual(await readWorkTree(within), { head: undefined, files: ["compose.yml"] });
    const out = join(fixture.upstream, "ignored");
    await fixture.write(out, { "compose.yml": "a" });
    assert.deepEqual(
      (await readWorkTree(out)).files,
      ["compose.yml"],
      "a folder that the outer repository ignores must keep its files",
    );
  });

  it("may have no commit yet, or a nested repository", async () => {
    const fresh = join(fixture.root, "fresh");
    await fixture.write(fresh, { "compose.yml": "a" });
    await fixture.git(fresh, "init", "--quiet");
    await mkdir(join(fresh, "other"));
    await fixture.git(join(fresh, "other"), "init", "--quiet");
    assert.deepEqual(await readWorkTree(fresh), { head: undefined, files: ["compose.yml"] });
  });

  it("must be a folder with a compose.yml", async () => {
    const { upstream } = fixture;
    assert.equal(await checkoutFault(upstream), undefined);
    assert.match((await checkoutFault(join(upstream, "none")))!, /^folder \S+ not found$/);
    assert.match((await checkoutFault(join(upstream, "compose.yml")))!, /is not a folder/);
    await rm(join(upstream, "compose.yml"));
    assert.match((await checkoutFault(upstream))!, /has no compose\.yml/);
  });
});
