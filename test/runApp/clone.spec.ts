import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink, rm, stat, symlink, chmod } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { refreshMirror } from "../../providers/lib/recipe/mirror.ts";
import { cloneCheckout, cloneRelease } from "../../providers/runApp/clone.ts";
import { compose, ground, type Ground } from "./fixture.ts";

/** Every file below `folder` with its content, mode and time: equal before and after if nothing was touched. */
async function tree(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  const rows = found.toSorted().map(async name => {
    const path = join(folder, name);
    const { mode, mtimeMs, isDirectory, isSymbolicLink } = await lstat(path).then(each => ({
      mode: each.mode,
      mtimeMs: each.mtimeMs,
      isDirectory: each.isDirectory(),
      isSymbolicLink: each.isSymbolicLink(),
    }));
    const hash = async () => createHash("sha256").update(await readFile(path));
    const file = async () => (await hash()).digest("hex");
    const leaf = () => (isSymbolicLink ? readlink(path) : file());
    const content = isDirectory ? "" : await leaf();
    return `${name} ${mode} ${mtimeMs} ${content}`;
  });
  return Promise.all(rows);
}

describe("the clone that abra deploys a run's app from", function () {
  this.timeout(30_000);
  let on: Ground;
  let target: string;
  beforeEach(async () => {
    on = await ground();
    target = join(on.state, "runs", "web-0a1b2c", "abra", "recipes", "web");
  });
  afterEach(() => on.end());
  const text = (name: string, folder = target) => readFile(join(folder, name), "utf8");
  const git = (...argv: string[]) => on.git(target, ...argv);
  const borrows = () =>
    stat(join(target, ".git/objects/info/alternates")).then(
      () => true,
      () => false,
    );

  describe("of a release", () => {
    it("is at its tag, clean, without lightweight tags (R014), and borrows no objects", async () => {
      await on.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      await on.release("1.11.0+1.2", {}, false);
      const { path } = await refreshMirror("web", on.state, on.operator);
      for (const [version, image] of [
        ["1.9.0+1.0", "nginx:1.0"],
        ["1.10.0+1.1", "nginx:1.1"],
      ] as const) {
        await cloneRelease(path, version, target);
        assert.match(await text("compose.yml"), new RegExp(image));
        assert.equal(await git("describe", "--tags", "--exact-match"), version);
        assert.equal(await git("status", "--porcelain"), "");
        assert.deepEqual((await git("tag")).split("\n"), ["1.10.0+1.1", "1.9.0+1.0"]);
        assert.equal(await borrows(), false);
      }
    });

    it("is independent of another run's clone, and of its mirror", async () => {
      await on.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      const { path } = await refreshMirror("web", on.state, on.operator);
      const other = join(on.state, "runs", "web-ffffff", "abra", "recipes", "web");
      await Promise.all([cloneRelease(path, "1.9.0+1.0", target), cloneRelease(path, "1.10.0+1.1", other)]);
      assert.match(await text("compose.yml"), /nginx:1\.0/);
      assert.match(await text("compose.yml", other), /nginx:1\.1/);
      await rm(path, { recursive: true });
      await git("checkout", "--quiet", "1.10.0+1.1");
      assert.equal(await git("fsck", "--no-progress"), "");
    });
  });

  describe("of a checkout", () => {
    it("contains committed and uncommitted files, but none that git ignores", async () => {
      await on.write(on.upstream, {
        "compose.yml": compose("9.9"),
        "sub/new.tmpl": "new",
        ignored: "secret",
        "run.sh": "#!/bin/sh\n",
      });
      await chmod(join(on.upstream, "run.sh"), 0o755);
      await symlink("compose.yml", join(on.upstream, "link.yml"));
      await rm(join(on.upstream, ".env.sample"));
      await on.git(on.upstream, "tag", "light");
      const before = await tree(on.upstream);
      await cloneCheckout(on.upstream, target);
      assert.deepEqual(await tree(on.upstream), before, "the checkout and its index are untouched");
      assert.match(await text("compose.yml"), /nginx:9\.9/);
      assert.equal(await text("sub/new.tmpl"), "new");
      assert.equal(await readlink(join(target, "link.yml")), "compose.yml");
      assert.equal((await stat(join(target, "run.sh"))).mode & 0o777, 0o755);
      for (const name of ["ignored", ".env.sample"]) await assert.rejects(text(name), { code: "ENOENT" });
      assert.equal(await git("rev-parse", "HEAD"), await on.git(on.upstream, "rev-parse", "HEAD"));
      assert.equal(await git("status", "--porcelain"), await on.git(on.upstream, "status", "--porcelain"));
      assert.equal(await git("tag"), "1.9.0+1.0", "without lightweight tags");
    });

    it("follows the checkout each time", async () => {
      await on.write(on.upstream, { "new.tmpl": "new" });
      await cloneCheckout(on.upstream, target);
      await rm(join(on.upstream, "new.tmpl"));
      await on.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      await cloneCheckout(on.upstream, target);
      assert.match(await text("compose.yml"), /nginx:1\.1/);
      assert.equal(await git("status", "--porcelain"), "");
    });

    it("of a linked worktree is at the worktree's own commit", async () => {
      const linked = join(on.root, "linked");
      await on.git(on.upstream, "worktree", "add", "--quiet", "-b", "feature", linked);
      await on.write(linked, { "compose.yml": compose("5.5") });
      await on.git(linked, "commit", "--quiet", "--all", "-m", "feature");
      await on.write(linked, { "new.tmpl": "new" });
      await cloneCheckout(linked, target);
      assert.equal(await git("rev-parse", "HEAD"), await on.git(linked, "rev-parse", "HEAD"));
      assert.match(await text("compose.yml"), /nginx:5\.5/);
      assert.equal(await git("status", "--porcelain"), "?? new.tmpl");
    });

    it("is complete for a shallow clone, a detached head, and a clone that borrows objects", async () => {
      await on.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      const from = pathToFileURL(on.upstream).href;
      for (const [name, argv] of [
        ["shallow", ["--depth=1", from]],
        ["shared", ["--shared", on.upstream]],
      ] as const) {
        const folder = join(on.root, name);
        await on.git(on.root, "clone", "--quiet", ...argv, folder);
        await on.git(folder, "checkout", "--quiet", "--detach");
        await on.git(folder, "commit", "--quiet", "--allow-empty", "-m", "on no branch");
        await cloneCheckout(folder, target);
        assert.equal(await git("rev-parse", "HEAD"), await on.git(folder, "rev-parse", "HEAD"), name);
        assert.match(await text("compose.yml"), /nginx:1\.1/);
        assert.equal(await git("status", "--porcelain"), "");
        assert.equal(await borrows(), false);
      }
    });

    it("without git becomes a repository: the same files become the same commit", async () => {
      const plain = join(on.root, "plain");
      await on.write(plain, { "compose.yml": compose("1.0"), ".gitignore": "ignored\n", ignored: "not ignored here" });
      await cloneCheckout(plain, target);
      const first = await git("rev-parse", "HEAD");
      assert.equal(await git("status", "--porcelain"), "");
      assert.equal(await text("ignored"), "not ignored here");
      await cloneCheckout(plain, target);
      assert.equal(await git("rev-parse", "HEAD"), first);
      await assert.rejects(stat(join(plain, ".git")), { code: "ENOENT" });
    });

    it("ignores the GIT_DIR of the process that started hearth", async () => {
      process.env["GIT_DIR"] = join(on.root, "nowhere");
      try {
        await cloneCheckout(on.upstream, target);
      } finally {
        delete process.env["GIT_DIR"];
      }
      assert.equal(await git("status", "--porcelain"), "");
    });
  });
});
