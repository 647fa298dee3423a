import assert from "node:assert/strict";
import { chmod, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { checkoutFault, readWorkTree, revisionOf } from "../../providers/runApp/workTree.ts";
import { ground, type Ground } from "./fixture.ts";

describe("a checkout", function () {
  this.timeout(30_000);
  let on: Ground;
  beforeEach(async () => (on = await ground()));
  afterEach(() => on.end());

  it("keeps its revision while nothing in it changes", async () => {
    const first = await revisionOf(on.upstream);
    assert.equal(await revisionOf(on.upstream), first);
    assert.match(first, new RegExp(`^${(await on.git(on.upstream, "rev-parse", "HEAD")).slice(0, 8)}-[0-9a-f]{16}$`));
    await on.write(on.upstream, { ignored: "by git", ".git/of-git": "" });
    assert.equal(await revisionOf(on.upstream), first, "ignored files don't count");
  });

  it("gets another revision with each edit, new file, deleted file, mode, link and commit", async () => {
    const { upstream } = on;
    const changes: (() => Promise<unknown>)[] = [
      () => on.write(upstream, { "compose.yml": "services: {}\n" }),
      () => on.write(upstream, { "new.tmpl": "a" }),
      () => on.write(upstream, { "new.tmpl": "b" }),
      () => on.git(upstream, "add", "--all").then(() => on.git(upstream, "commit", "--quiet", "-m", "more")),
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
    await on.write(on.upstream, { "new.tmpl": "a" });
    const before = await revisionOf(on.upstream);
    await on.git(on.upstream, "add", "--all");
    assert.equal(await revisionOf(on.upstream), before);
  });

  it("has all of its files without git; within another repository, those that count there", async () => {
    const plain = join(on.root, "plain");
    await on.write(plain, { "compose.yml": "a", "sub/x": "b", ignored: "c" });
    assert.deepEqual(await readWorkTree(plain), { head: undefined, files: ["compose.yml", "ignored", "sub/x"] });
    const within = join(on.upstream, "recipes", "web");
    await on.write(within, { "compose.yml": "a", ignored: "c" });
    assert.deepEqual(await readWorkTree(within), { head: undefined, files: ["compose.yml"] });
    const out = join(on.upstream, "ignored");
    await on.write(out, { "compose.yml": "a" });
    assert.deepEqual((await readWorkTree(out)).files, ["compose.yml"], "a build folder that git ignores");
  });

  it("may have no commit yet, and a nested repository", async () => {
    const fresh = join(on.root, "fresh");
    await on.write(fresh, { "compose.yml": "a" });
    await on.git(fresh, "init", "--quiet");
    await mkdir(join(fresh, "other"));
    await on.git(join(fresh, "other"), "init", "--quiet");
    assert.deepEqual(await readWorkTree(fresh), { head: undefined, files: ["compose.yml"] });
  });

  it("must be a folder with a compose.yml", async () => {
    const { upstream } = on;
    assert.equal(await checkoutFault(upstream), undefined);
    assert.match((await checkoutFault(join(upstream, "none")))!, /^folder \S+ not found$/);
    assert.match((await checkoutFault(join(upstream, "compose.yml")))!, /is not a folder/);
    await rm(join(upstream, "compose.yml"));
    assert.match((await checkoutFault(upstream))!, /has no compose\.yml/);
  });
});
