import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareAbraDir } from "../../../providers/lib/abra/home.ts";
import { git } from "../../../providers/lib/git/git.ts";
import { refreshMirror } from "../../../providers/lib/recipe/mirror.ts";
import { cloneRelease } from "../../../providers/runApp/clone.ts";
import { createFixture, type Fixture } from "../../runApp/fixture.ts";

describe("git as hearth calls it", function () {
  this.timeout(60_000);
  let fixture: Fixture;
  beforeEach(async () => (fixture = await createFixture()));
  afterEach(() => fixture.cleanUp());
  const refresh = () => refreshMirror("web", fixture.state, fixture.operator, assert.fail);
  const pwned = () => join(fixture.root, "pwned");
  const setUpstream = (repository: string) =>
    fixture.write(fixture.operator, { "catalogue/recipes.json": JSON.stringify({ web: { repository } }) });

  it("finds neither a repository above the folder nor a bare one that the folder itself is", async () => {
    const [within, bare] = [join(fixture.upstream, "sub"), join(fixture.upstream, "bare")];
    await mkdir(within);
    await fixture.git(fixture.root, "init", "--quiet", "--bare", bare);
    const none = { message: /not a git repository|cannot use bare repository/ };
    await assert.rejects(git(within, ["rev-parse", "--git-dir"], "find"), none);
    await assert.rejects(git(bare, ["rev-parse", "--git-dir"], "find"), none);
    assert.equal(await git(fixture.upstream, ["rev-parse", "--git-dir"], "find"), ".git");
  });

  it("takes no name for an option", async () => {
    for (const upstream of [`--upload-pack=touch ${pwned()};git-upload-pack`, `-u touch ${pwned()};`]) {
      await setUpstream(upstream);
      await assert.rejects(refresh(), /clone recipe web/);
    }
    assert.equal(existsSync(pwned()), false);
    await setUpstream(fixture.upstream);
    await fixture.git(fixture.upstream, "update-ref", "refs/tags/-d", "HEAD");
    const { path } = await refresh();
    const { lightweight } = await prepareAbraDir("web", path, fixture.state, fixture.operator);
    assert.deepEqual(lightweight, ["-d"]);
    const target = join(fixture.root, "run", "web");
    await cloneRelease(path, "1.9.0+1.0", target);
    for (const clone of [join(fixture.state, "abra", "recipes", "web"), target])
      assert.equal(await fixture.git(clone, "for-each-ref", "--format=%(refname)", "refs/tags"), "refs/tags/1.9.0+1.0");
    await setUpstream(`--upload-pack=touch ${pwned()};git-upload-pack`);
    assert.ok((await refresh()).offline);
    assert.equal(existsSync(pwned()), false);
  });

  it("runs no command that an upstream names, also if the user's configuration allows it", async () => {
    const config = join(fixture.root, "gitconfig");
    await writeFile(config, '[protocol "ext"]\n\tallow = always\n');
    const before = process.env["GIT_CONFIG_GLOBAL"];
    process.env["GIT_CONFIG_GLOBAL"] = config;
    try {
      await setUpstream(`ext::sh -c touch% ${pwned()}`);
      await assert.rejects(refresh(), /transport 'ext' not allowed/);
    } finally {
      if (before === undefined) delete process.env["GIT_CONFIG_GLOBAL"];
      else process.env["GIT_CONFIG_GLOBAL"] = before;
    }
    assert.equal(existsSync(pwned()), false);
  });

  it("runs no hook of the mirror or of hearth's clone", async () => {
    const { path } = await refresh();
    await prepareAbraDir("web", path, fixture.state, fixture.operator);
    for (const gitDir of [path, join(fixture.state, "abra", "recipes", "web", ".git")])
      for (const hook of ["reference-transaction", "post-checkout", "post-index-change"]) {
        await mkdir(join(gitDir, "hooks"), { recursive: true });
        await writeFile(join(gitDir, "hooks", hook), `#!/bin/sh\ntouch ${pwned()}\n`, { mode: 0o755 });
      }
    await fixture.release("1.10.0+1.1", { "new.tmpl": "new" });
    await refresh();
    await prepareAbraDir("web", path, fixture.state, fixture.operator);
    assert.equal(existsSync(pwned()), false);
  });
});
