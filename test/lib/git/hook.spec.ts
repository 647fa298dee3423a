import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareAbraDir } from "../../../providers/lib/abra/home.ts";
import { git } from "../../../providers/lib/git/git.ts";
import { closeReader } from "../../../providers/lib/git/objects.ts";
import { fileAt } from "../../../providers/lib/recipe/files.ts";
import { refreshMirror } from "../../../providers/lib/recipe/mirror.ts";
import { cloneRelease } from "../../../providers/runApp/clone.ts";
import { ground, type Ground } from "../../runApp/fixture.ts";

describe("hearth started from a git hook", function () {
  this.timeout(20_000);
  let on: Ground;
  let caller: string;
  const redirections = () => ({
    GIT_DIR: join(caller, ".git"),
    GIT_WORK_TREE: caller,
    GIT_INDEX_FILE: join(caller, ".git", "index"),
    GIT_PREFIX: "",
  });

  beforeEach(async () => {
    on = await ground();
    caller = join(on.root, "caller");
    await mkdir(caller);
    await on.git(caller, "init", "--quiet");
    await on.write(caller, { mine: "committed" });
    await on.git(caller, "add", "--all");
    await on.git(caller, "commit", "--quiet", "-m", "mine");
    await on.git(caller, "tag", "lightweight");
    await on.write(caller, { mine: "edited", untracked: "kept" });
  });
  afterEach(() => on.end());

  /** Refs, status, configuration and index of the hook's repository. `git status` must not refresh the index. */
  async function stateOfCaller(): Promise<string[]> {
    const refs = await on.git(caller, "show-ref", "--head");
    const status = await on.git(caller, "--no-optional-locks", "status", "--porcelain");
    const config = await readFile(join(caller, ".git", "config"), "utf8");
    return [refs, status, config, await readFile(join(caller, ".git", "index"), "base64")];
  }

  it("uses its own repositories, and leaves the hook's repository unchanged", async () => {
    const before = await stateOfCaller();
    Object.assign(process.env, redirections());
    try {
      const { path, tags, offline } = await refreshMirror("web", on.state, on.operator);
      assert.equal(offline, undefined);
      assert.deepEqual(
        tags.map(({ name }) => name),
        ["1.9.0+1.0"],
      );
      assert.match((await fileAt(path, "1.9.0+1.0", "compose.yml")) ?? "", /services:/);
      closeReader(path);
      const { abraDir } = await prepareAbraDir("web", path, on.state, on.operator);
      await prepareAbraDir("web", path, on.state, on.operator); // over the clone that exists now
      const clone = join(abraDir, "recipes", "web");
      assert.equal((await git(clone, ["tag"], "list tags")).trim(), "1.9.0+1.0");
      const target = join(on.root, "run", "web");
      await cloneRelease(path, "1.9.0+1.0", target);
      assert.match(await readFile(join(target, "compose.yml"), "utf8"), /services:/);
    } finally {
      for (const name of Object.keys(redirections())) delete process.env[name];
    }
    assert.deepEqual(await stateOfCaller(), before);
  });
});
