import assert from "node:assert/strict";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replaceText } from "../../../providers/lib/fs/index.ts";
import { root } from "./tmpfs.ts";

describe("another owner's file", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-replace-"));
    path = join(folder, "app.env");
    await writeFile(path, "before\n");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("F34, P13: keeps its mode when its text is replaced, whatever the umask", async () => {
    for (const mode of [0o664, 0o600, 0o640, 0o444]) {
      await chmod(path, mode);
      await replaceText(path, `${mode}\n`);
      assert.equal(await readFile(path, "utf8"), `${mode}\n`);
      assert.equal((await stat(path)).mode & 0o7777, mode);
    }
    assert.deepEqual(await readdir(folder), ["app.env"]);
  });

  it("F34, P13: keeps its owner and its group", async function () {
    if (!root) return this.skip();
    await chown(path, 1234, 2345);
    await chmod(path, 0o664);
    await replaceText(path, "after\n");
    const { uid, gid, mode } = await stat(path);
    assert.deepEqual([uid, gid, mode & 0o7777], [1234, 2345, 0o664]);
  });

  it("F34, P13: stays a link, also over several links; the file that it names is replaced", async () => {
    const git = join(folder, "repository");
    await mkdir(git);
    await writeFile(join(git, "real.env"), "before\n", { mode: 0o640 });
    await rm(path);
    await symlink(join("repository", "second"), path);
    await symlink("real.env", join(git, "second"));
    await replaceText(path, "after\n");
    assert.ok((await lstat(path)).isSymbolicLink());
    assert.equal(await readlink(path), join("repository", "second"));
    assert.equal(await readlink(join(git, "second")), "real.env");
    assert.equal(await readFile(join(git, "real.env"), "utf8"), "after\n");
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.deepEqual((await readdir(git)).toSorted(), ["real.env", "second"]);
  });

  it("is created with mode 0600 if it doesn't exist; a link that names no file is refused and stays", async () => {
    await rm(path);
    await replaceText(path, "new\n");
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await rm(path);
    await symlink("nowhere.env", path);
    await assert.rejects(replaceText(path, "new\n"), /app\.env: the file that this link names doesn't exist/);
    assert.equal(await readlink(path), "nowhere.env");
  });
});
