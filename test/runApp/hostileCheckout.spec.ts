import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { appendFile, chmod, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cloneCheckout } from "../../providers/runApp/clone.ts";
import { readWorkTree, revisionOf } from "../../providers/runApp/workTree.ts";
import { createFixture, type Fixture } from "./fixture.ts";

describe("a checkout that somebody else configured", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  let target: string;
  beforeEach(async () => {
    fixture = await createFixture();
    target = join(fixture.state, "runs", "web-0a1b2c", "abra", "recipes", "web");
  });
  afterEach(() => fixture.cleanUp());
  const head = (folder = fixture.upstream) => fixture.git(folder, "rev-parse", "HEAD");
  const headOfClone = () => fixture.git(target, "rev-parse", "HEAD");

  it("runs no program that its configuration names", async () => {
    const { upstream, root } = fixture;
    const program = join(root, "evil");
    await writeFile(program, `#!/bin/sh\necho "$0 $@" >> ${root}/ran\nexit 1\n`);
    await chmod(program, 0o755);
    await mkdir(join(root, "hooks"));
    for (const hook of ["post-checkout", "post-index-change", "reference-transaction", "pre-commit"])
      await cp(program, join(root, "hooks", hook));
    const configuration: [string, string][] = [
      ["core.fsmonitor", program],
      ["core.untrackedCache", "true"],
      ["core.hooksPath", join(root, "hooks")],
      ["core.sshCommand", program],
      ["core.pager", program],
      ["core.gitProxy", program],
      ["uploadpack.packObjectsHook", program],
      ["protocol.ext.allow", "always"],
      ["filter.evil.smudge", program],
      ["filter.evil.clean", program],
      ["credential.helper", `!${program}`],
      ["diff.external", program],
    ];
    await fixture.write(upstream, { ".gitattributes": "* filter=evil\n" });
    for (const [key, value] of configuration) await fixture.git(upstream, "config", key, value);
    const revision = await revisionOf(upstream);
    await cloneCheckout(upstream, target);
    assert.equal(existsSync(join(root, "ran")) ? await readFile(join(root, "ran"), "utf8") : "", "");
    assert.match(revision, new RegExp(`^${(await head()).slice(0, 8)}-`));
    assert.equal(await readFile(join(target, ".gitattributes"), "utf8"), "* filter=evil\n");
  });

  it("is read without its configuration, which git couldn't even parse", async () => {
    const { upstream, root } = fixture;
    const linked = join(root, "linked");
    await fixture.git(upstream, "worktree", "add", "--quiet", "-b", "feature", linked);
    await fixture.git(linked, "commit", "--quiet", "--allow-empty", "-m", "feature");
    await fixture.git(upstream, "pack-refs", "--all");
    const heads = await Promise.all([head(), head(linked)]);
    await appendFile(join(upstream, ".git", "config"), "[broken\n");
    for (const [index, folder] of [upstream, linked].entries()) {
      assert.match(await revisionOf(folder), new RegExp(`^${heads[index]!.slice(0, 8)}-`));
      await cloneCheckout(folder, target);
      assert.equal(await headOfClone(), heads[index]);
      assert.equal(await fixture.git(target, "tag"), "1.9.0+1.0");
    }
    const within = join(upstream, "recipes", "web");
    await fixture.write(within, { "compose.yml": "a", ignored: "c" });
    assert.deepEqual(await readWorkTree(within), { head: undefined, files: ["compose.yml"] });
  });

  it("keeps the exclusions of its repository, its split index and its SHA-256 objects", async () => {
    const { upstream, root } = fixture;
    await fixture.write(upstream, { ".git/info/exclude": "private\n", private: "x", other: "y" });
    assert.ok(!(await readWorkTree(upstream)).files.includes("private"));
    await fixture.git(upstream, "update-index", "--split-index");
    await fixture.git(upstream, "add", "other");
    assert.deepEqual((await readWorkTree(upstream)).files, [".env.sample", ".gitignore", "compose.yml", "other"]);
    const wide = join(root, "wide");
    await fixture.git(root, "init", "--quiet", "--object-format=sha256", wide);
    await fixture.write(wide, { "compose.yml": "a" });
    await fixture.git(wide, "add", "--all");
    await fixture.git(wide, "commit", "--quiet", "-m", "a");
    await cloneCheckout(wide, target);
    assert.equal(await headOfClone(), await head(wide));
  });

  it("doesn't show what a link in its repository points to", async () => {
    const { upstream, root } = fixture;
    await writeFile(join(root, "shadow"), "root:$6$secret:19000\n");
    for (const name of ["packed-refs", "index", "info/exclude", "shallow"]) {
      const path = join(upstream, ".git", name);
      await rm(path, { force: true });
      await symlink(join(root, "shadow"), path);
      const failed = await cloneCheckout(upstream, target).then(
        () => "",
        (error: Error) => error.message,
      );
      assert.ok(!failed.includes("secret"), failed);
      await rm(path);
    }
    await symlink(join(root, "shadow"), join(upstream, ".git", "refs", "heads", "link"));
    await cloneCheckout(upstream, target);
  });

  it("is refused in a sentence if it points to no repository", async () => {
    const { root, upstream } = fixture;
    const folder = join(root, "folder");
    await fixture.write(folder, { ".git": "gitdir: /nowhere/at/all\n", "compose.yml": "a" });
    await assert.rejects(
      readWorkTree(folder),
      /folder\/\.git names the repository \/nowhere\/at\/all, which is not found/,
    );
    await writeFile(join(upstream, ".git", "HEAD"), "ref: refs/heads/.invalid\n");
    await assert.rejects(readWorkTree(upstream), /reftable.*not supported/);
  });
});
