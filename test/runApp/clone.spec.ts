import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink, rm, stat, symlink, chmod } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { refreshMirror } from "../../providers/lib/recipe/mirror.ts";
import { cloneCheckout, cloneRelease } from "../../providers/runApp/clone.ts";
import { compose, createFixture, type Fixture } from "./fixture.ts";

/** Every file below `folder` with its content, mode and time, to detect changes. */
async function describeTree(folder: string): Promise<string[]> {
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
  let fixture: Fixture;
  let target: string;
  beforeEach(async () => {
    fixture = await createFixture();
    target = join(fixture.state, "runs", "web-0a1b2c", "abra", "recipes", "web");
  });
  afterEach(() => fixture.cleanUp());
  const text = (name: string, folder = target) => readFile(join(folder, name), "utf8");
  const git = (...argv: string[]) => fixture.git(target, ...argv);
  const hasAlternates = () =>
    stat(join(target, ".git/objects/info/alternates")).then(
      () => true,
      () => false,
    );

  describe("made from a release", () => {
    it("is at its tag, clean, without lightweight tags (R014), and borrows no objects", async () => {
      await fixture.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      await fixture.release("1.11.0+1.2", {}, false);
      const { path } = await refreshMirror("web", fixture.state, fixture.operator, assert.fail);
      for (const [version, image] of [
        ["1.9.0+1.0", "nginx:1.0"],
        ["1.10.0+1.1", "nginx:1.1"],
      ] as const) {
        await cloneRelease(path, version, target);
        assert.match(await text("compose.yml"), new RegExp(image));
        assert.equal(await git("describe", "--tags", "--exact-match"), version);
        assert.equal(await git("status", "--porcelain"), "");
        assert.deepEqual((await git("tag")).split("\n"), ["1.10.0+1.1", "1.9.0+1.0"]);
        assert.equal(await hasAlternates(), false);
      }
    });

    it("is independent of another run's clone, and of its mirror", async () => {
      await fixture.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      const { path } = await refreshMirror("web", fixture.state, fixture.operator, assert.fail);
      const other = join(fixture.state, "runs", "web-ffffff", "abra", "recipes", "web");
      await Promise.all([cloneRelease(path, "1.9.0+1.0", target), cloneRelease(path, "1.10.0+1.1", other)]);
      assert.match(await text("compose.yml"), /nginx:1\.0/);
      assert.match(await text("compose.yml", other), /nginx:1\.1/);
      await rm(path, { recursive: true });
      await git("checkout", "--quiet", "1.10.0+1.1");
      assert.equal(await git("fsck", "--no-progress"), "");
    });
  });

  describe("made from a checkout", () => {
    it("contains committed and uncommitted files, but none that git ignores", async () => {
      await fixture.write(fixture.upstream, {
        "compose.yml": compose("9.9"),
        "sub/new.tmpl": "new",
        ignored: "secret",
        "run.sh": "#!/bin/sh\n",
      });
      await chmod(join(fixture.upstream, "run.sh"), 0o755);
      await symlink("compose.yml", join(fixture.upstream, "link.yml"));
      await rm(join(fixture.upstream, ".env.sample"));
      await fixture.git(fixture.upstream, "tag", "light");
      const before = await describeTree(fixture.upstream);
      await cloneCheckout(fixture.upstream, target);
      assert.deepEqual(await describeTree(fixture.upstream), before, "the checkout and its index must not change");
      assert.match(await text("compose.yml"), /nginx:9\.9/);
      assert.equal(await text("sub/new.tmpl"), "new");
      assert.equal(await readlink(join(target, "link.yml")), "compose.yml");
      assert.equal((await stat(join(target, "run.sh"))).mode & 0o777, 0o755);
      for (const name of ["ignored", ".env.sample"]) await assert.rejects(text(name), { code: "ENOENT" });
      assert.equal(await git("rev-parse", "HEAD"), await fixture.git(fixture.upstream, "rev-parse", "HEAD"));
      assert.equal(await git("status", "--porcelain"), await fixture.git(fixture.upstream, "status", "--porcelain"));
      assert.equal(await git("tag"), "1.9.0+1.0", "without lightweight tags");
    });

    it("follows the checkout each time", async () => {
      await fixture.write(fixture.upstream, { "new.tmpl": "new" });
      await cloneCheckout(fixture.upstream, target);
      await rm(join(fixture.upstream, "new.tmpl"));
      await fixture.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      await cloneCheckout(fixture.upstream, target);
      assert.match(await text("compose.yml"), /nginx:1\.1/);
      assert.equal(await git("status", "--porcelain"), "");
    });

    it("is at the worktree's own commit if the checkout is a linked worktree", async () => {
      const linked = join(fixture.root, "linked");
      await fixture.git(fixture.upstream, "worktree", "add", "--quiet", "-b", "feature", linked);
      await fixture.write(linked, { "compose.yml": compose("5.5") });
      await fixture.git(linked, "commit", "--quiet", "--all", "-m", "feature");
      await fixture.write(linked, { "new.tmpl": "new" });
      await cloneCheckout(linked, target);
      assert.equal(await git("rev-parse", "HEAD"), await fixture.git(linked, "rev-parse", "HEAD"));
      assert.match(await text("compose.yml"), /nginx:5\.5/);
      assert.equal(await git("status", "--porcelain"), "?? new.tmpl");
    });

    it("is complete for a shallow clone, a detached head, and a clone that borrows objects", async () => {
      await fixture.release("1.10.0+1.1", { "compose.yml": compose("1.1") });
      const from = pathToFileURL(fixture.upstream).href;
      for (const [name, argv] of [
        ["shallow", ["--depth=1", from]],
        ["shared", ["--shared", fixture.upstream]],
      ] as const) {
        const folder = join(fixture.root, name);
        await fixture.git(fixture.root, "clone", "--quiet", ...argv, folder);
        await fixture.git(folder, "checkout", "--quiet", "--detach");
        await fixture.git(folder, "commit", "--quiet", "--allow-empty", "-m", "detached");
        await cloneCheckout(folder, target);
        assert.equal(await git("rev-parse", "HEAD"), await fixture.git(folder, "rev-parse", "HEAD"), name);
        assert.match(await text("compose.yml"), /nginx:1\.1/);
        assert.equal(await git("status", "--porcelain"), "");
        assert.equal(await hasAlternates(), false);
      }
    });

    it("becomes a repository if the checkout is none; the same files give the same commit", async () => {
      const plain = join(fixture.root, "plain");
      await fixture.write(plain, {
        "compose.yml": compose("1.0"),
        ".gitignore": "ignored\n",
        ignored: "not ignored here",
      });
      await cloneCheckout(plain, target);
      const first = await git("rev-parse", "HEAD");
      assert.equal(await git("status", "--porcelain"), "");
      assert.equal(await text("ignored"), "not ignored here");
      await cloneCheckout(plain, target);
      assert.equal(await git("rev-parse", "HEAD"), first);
      await assert.rejects(stat(join(plain, ".git")), { code: "ENOENT" });
    });

    it("ignores the GIT_DIR of the process that started hearth", async () => {
      process.env["GIT_DIR"] = join(fixture.root, "nowhere");
      try {
        await cloneCheckout(fixture.upstream, target);
      } finally {
        delete process.env["GIT_DIR"];
      }
      assert.equal(await git("status", "--porcelain"), "");
    });
  });
});
