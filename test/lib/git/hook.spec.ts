import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareAbraDir } from "../../../providers/lib/abra/home.ts";
import { git } from "../../../providers/lib/git/git.ts";
import { closeReader } from "../../../providers/lib/git/objects.ts";
import { fileAt } from "../../../providers/lib/recipe/files.ts";
import { refreshMirror } from "../../../providers/lib/recipe/mirror.ts";
import { cloneRelease } from "../../../providers/runApp/clone.ts";
import { createFixture, type Fixture } from "../../runApp/fixture.ts";

describe("hearth started from a git hook", function () {
  this.timeout(20_000);
  let fixture: Fixture;
  let caller: string;
  const redirections = () => ({
    GIT_DIR: join(caller, ".git"),
    GIT_WORK_TREE: caller,
    GIT_INDEX_FILE: join(caller, ".git", "index"),
    GIT_PREFIX: "",
  });

  beforeEach(async () => {
    fixture = await createFixture();
    caller = join(fixture.root, "caller");
    await mkdir(caller);
    await fixture.git(caller, "init", "--quiet");
    await fixture.write(caller, { mine: "committed" });
    await fixture.git(caller, "add", "--all");
    await fixture.git(caller, "commit", "--quiet", "-m", "mine");
    await fixture.git(caller, "tag", "lightweight");
    await fixture.write(caller, { mine: "edited", untracked: "kept" });
  });
  afterEach(() => fixture.cleanUp());

  /** Refs, status, configuration and index of the hook's repository. `git status` must not refresh the index. */
  async function stateOfCaller(): Promise<string[]> {
    const refs = await fixture.git(caller, "show-ref", "--head");
    const status = await fixture.git(caller, "--no-optional-locks", "status", "--porcelain");
    const config = await readFile(join(caller, ".git", "config"), "utf8");
    return [refs, status, config, await readFile(join(caller, ".git", "index"), "base64")];
  }

  it("uses its own repositories, and leaves the hook's repository unchanged", async () => {
    const before = await stateOfCaller();
    Object.assign(process.env, redirections());
    try {
      const { path, tags, offline } = await refreshMirror("web", fixture.state, fixture.operator, assert.fail);
      assert.equal(offline, undefined);
      assert.deepEqual(
        tags.map(({ name }) => name),
        ["1.9.0+1.0"],
      );
      assert.match((await fileAt(path, "1.9.0+1.0", "compose.yml")) ?? "", /services:/);
      closeReader(path);
      const { abraDir } = await prepareAbraDir("web", path, fixture.state, fixture.operator);
      await prepareAbraDir("web", path, fixture.state, fixture.operator); // over the existing clone
      const clone = join(abraDir, "recipes", "web");
      assert.equal((await git(clone, ["tag"], "list tags")).trim(), "1.9.0+1.0");
      const target = join(fixture.root, "run", "web");
      await cloneRelease(path, "1.9.0+1.0", target);
      assert.match(await readFile(join(target, "compose.yml"), "utf8"), /services:/);
    } finally {
      for (const name of Object.keys(redirections())) delete process.env[name];
    }
    assert.deepEqual(await stateOfCaller(), before);
  });
});
