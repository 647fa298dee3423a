import assert from "node:assert/strict";
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOnlyOurs, privateFolder } from "../../../commands/common/privateFolder.ts";
import { run } from "../../../providers/lib/process/run.ts";
import { project } from "../../lab/paths.ts";

const folder = (mode: number, uid: number) => ({ isDirectory: () => true, mode: 0o40000 | mode, uid });

describe("a private folder", () => {
  let home: string;
  beforeEach(async () => (home = await mkdtemp(join(tmpdir(), "hearth-private-"))));
  afterEach(() => rm(home, { recursive: true }));
  const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;

  it("is created with mode 0700, and found again", async () => {
    const path = join(home, "cache", "hearth", "commands");
    assert.equal(privateFolder(path), path);
    assert.equal(await modeOf(path), 0o700);
    assert.equal(privateFolder(path), path);
  });

  it("gets mode 0700 if others could only read it, as Node creates its cache", async () => {
    const path = join(home, "compiled");
    await mkdir(path, { mode: 0o755 });
    await chmod(path, 0o755);
    assert.equal(privateFolder(path), path);
    assert.equal(await modeOf(path), 0o700);
  });

  it("is refused if others can write into it or replace it, if it is a link, a file, or can't be created", async () => {
    const path = join(home, "compiled");
    for (const mode of [0o777, 0o770, 0o702, 0o1777]) {
      await mkdir(path);
      await chmod(path, mode);
      assert.equal(privateFolder(path), undefined, mode.toString(8));
      await rm(path, { recursive: true });
    }
    await mkdir(join(home, "other"), { mode: 0o700 });
    await symlink(join(home, "other"), path);
    assert.equal(privateFolder(path), undefined, "a link");
    await mkdir(join(home, "shared"));
    await chmod(join(home, "shared"), 0o777);
    assert.equal(privateFolder(join(home, "shared", "hearth", "compiled")), undefined, "a parent");
    await symlink(join(home, "shared"), join(home, "link"));
    assert.equal(privateFolder(join(home, "link", "hearth", "compiled")), undefined, "a link to a shared parent");
    assert.equal(privateFolder("/proc/none/compiled"), undefined);
    assert.equal(privateFolder(process.execPath), undefined);
  });

  it("belongs to this user, and its parents to this user or root, writable by nobody else unless sticky", () => {
    const cases: [ReturnType<typeof folder>[], boolean][] = [
      [[folder(0o700, 1000), folder(0o755, 0)], true],
      [[folder(0o700, 1000), folder(0o1777, 0)], true],
      [[folder(0o700, 1001), folder(0o755, 0)], false],
      [[folder(0o700, 0), folder(0o755, 0)], false],
      [[folder(0o700, 1000), folder(0o755, 1001)], false],
      [[folder(0o700, 1000), folder(0o777, 0)], false],
      [[folder(0o700, 1000), folder(0o775, 1000), folder(0o755, 0)], false],
      [[folder(0o700, 1000), folder(0o1777, 1001)], false],
      [[folder(0o1722, 1000), folder(0o755, 0)], false],
      [[{ ...folder(0o700, 1000), isDirectory: () => false }], false],
    ];
    for (const [[own, ...parents], expected] of cases) assert.equal(isOnlyOurs(own!, parents, 1000), expected);
  });

  describe("of hearth's compiled code", function () {
    this.timeout(20_000);
    const version = async (env: Record<string, string | undefined> = {}) => {
      const outer = { NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: undefined, HOME: home, TMPDIR: home, ...env };
      await run(process.execPath, [join(project, "commands/hearth.mjs"), "--version"], "print the version", {
        env: outer,
      });
    };
    const contents = async () => (await readdir(home, { recursive: true })).filter(name => /\/v\d/.test(name));
    const own = () => join(home, ".cache", "hearth", "commands");

    it("is never in the shared temporary folder", async () => {
      await version();
      assert.ok(!(await readdir(home)).includes("node-compile-cache"));
      assert.equal(await modeOf(own()), 0o700);
      assert.notEqual((await readdir(own())).length, 0);
    });

    it("isn't used if another user can write into it", async () => {
      await mkdir(own(), { recursive: true });
      await chmod(own(), 0o777);
      await version();
      assert.deepEqual(await contents(), []);
    });

    it("is where NODE_COMPILE_CACHE sets it", async () => {
      await version({ NODE_COMPILE_CACHE: join(home, "mine") });
      assert.deepEqual(await readdir(home), ["mine"]);
    });
  });
});
