import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { closeReader, entriesOf, objectAt, readObject } from "../../../providers/lib/git/objects.ts";
import { committer } from "./committer.ts";

describe("reading objects of a git repository", function () {
  this.timeout(30_000);
  let root: string;
  let repository: string;
  const gitDir = () => join(repository, ".git");
  const path = process.env["PATH"]!;

  const git = async (...argv: string[]) => (await execa("git", argv, { cwd: repository, env: committer })).stdout;
  const commit = async (files: Record<string, string | Buffer>) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(repository, name), content);
    await git("add", "--all");
    await git("commit", "--quiet", "-m", "change");
    await git("tag", "--force", "v1");
  };
  const text = async (file: string) =>
    (await objectAt(gitDir(), "refs/tags/v1^{tree}", file, "read"))?.content.toString();
  /** Replaces `git` with this script; `$GIT` is the real one. */
  const replaceGit = async (script: string) => {
    const { stdout: real } = await execa("sh", ["-c", "command -v git"]);
    await writeFile(join(root, "git"), `#!/bin/sh\nGIT=${real}\n${script}\n`);
    await chmod(join(root, "git"), 0o755);
    process.env["PATH"] = `${root}${delimiter}${path}`;
  };
  /** Makes each `git` that is started record its pid. */
  const recordPids = () => replaceGit(`echo $$ >> ${root}/started\nexec $GIT "$@"`);
  const started = async () => (await readFile(join(root, "started"), "utf8")).trim().split("\n").map(Number);
  const waitForExit = async (pid: number) => {
    for (let i = 0; existsSync(`/proc/${pid}`); i++) {
      assert.ok(i < 200, "git didn't exit");
      await sleep(50);
    }
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "hearth-objects-"));
    repository = join(root, "repository");
    await execa("git", ["init", "--quiet", "--initial-branch=main", repository]);
    await commit({ one: "1\n" });
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(root, { recursive: true });
  });

  it("uses one process for concurrent requests, and matches each response to its request", async () => {
    const names = Array.from({ length: 300 }, (_, at) => `file ${at}`);
    await commit(Object.fromEntries(names.map(name => [name, `${name}\n`.repeat(name.length)])));
    await recordPids();
    const all = await Promise.all([...names.map(text), text("missing"), ...names.map(text)]);
    const expected = names.map(name => `${name}\n`.repeat(name.length));
    assert.deepEqual(all, [...expected, undefined, ...expected]);
    assert.equal((await started()).length, 1);
  });

  it("returns every byte: large, binary or empty objects, or content that looks like git's response", async () => {
    const files = {
      large: randomBytes(5_000_000),
      nul: Buffer.from("\0\n\n\0"),
      empty: Buffer.alloc(0),
      like: `${"a".repeat(40)} blob 5\nhello\nx missing\n`,
    };
    await commit(files);
    await Promise.all(
      Object.entries(files).map(async ([name, content]) => {
        const found = await objectAt(gitDir(), "refs/tags/v1^{tree}", name, "read");
        assert.ok(found?.content.equals(Buffer.from(content)), name);
      }),
    );
  });

  it("lists a tree's entries, whatever their names", async () => {
    await commit({ "with space": "1", é: "2", "new\nline": "3", "-dash": "4" });
    const names = entriesOf(await readObject(gitDir(), "refs/tags/v1^{tree}", "read")).map(({ name }) => name);
    assert.deepEqual(names, ["-dash", "new\nline", "one", "with space", "é"]);
    assert.deepEqual(await Promise.all(names.map(text)), ["4", "3", "1\n", "1", "2"]);
  });

  it("supports SHA-256 repositories", async () => {
    await rm(repository, { recursive: true });
    await execa("git", ["init", "--quiet", "--object-format=sha256", "--initial-branch=main", repository]);
    await commit({ one: "1\n", two: "2\n" });
    assert.deepEqual([await text("one"), await text("two")], ["1\n", "2\n"]);
  });

  it("doesn't keep this process alive when idle, and git exits soon", async () => {
    const script = `
      const { objectAt } = await import(${JSON.stringify(new URL("../../../providers/lib/git/objects.ts", import.meta.url).href)});
      const before = process.getActiveResourcesInfo().join();
      const found = await objectAt(${JSON.stringify(gitDir())}, "refs/tags/v1^{tree}", "one", "read");
      const after = process.getActiveResourcesInfo().join();
      console.log(found.content.toString().trim(), after === before ? "idle" : after);`;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
    assert.equal(stdout, "1 idle");
    await recordPids();
    await text("one");
    await waitForExit((await started())[0]!);
    assert.equal(await text("one"), "1\n");
  });

  it("reads current objects after the reader was closed, and pending requests complete", async () => {
    const before = text("one");
    closeReader(gitDir());
    assert.equal(await before, "1\n");
    await rename(repository, join(root, "old"));
    await execa("git", ["init", "--quiet", "--initial-branch=main", repository]);
    await commit({ one: "2\n" });
    closeReader(gitDir());
    assert.equal(await text("one"), "2\n");
  });

  it("fails pending requests if git is killed, and serves the next one", async () => {
    await commit({ large: "x".repeat(500_000) });
    await replaceGit(
      `case "$*" in *--batch) $GIT "$@" | dd bs=1 count=1000 status=none; echo dying >&2; kill -9 $$ ;; esac`,
    );
    const [small, ...others] = await Promise.allSettled([text("one"), text("large"), text("one")]);
    assert.deepEqual(small, { status: "fulfilled", value: "1\n" });
    const words = others.map(other => (other.status === "rejected" ? String(other.reason) : other.value));
    assert.deepEqual(new Set(words), new Set(["ProgramError: git: read: ended by a signal: dying"]));
    process.env["PATH"] = path;
    assert.equal(await text("one"), "1\n");
  });

  it("starts git again after it was killed when idle", async () => {
    await recordPids();
    await text("one");
    const [pid] = await started();
    await execa("kill", ["-9", String(pid)], { reject: false }); // it may have exited already
    await waitForExit(pid!);
    assert.equal(await text("one"), "1\n");
    assert.equal((await started()).length, 2);
  });

  it("fails if git isn't found", async () => {
    const { stdout: nice } = await execa("sh", ["-c", "command -v nice"]);
    process.env["PATH"] = root;
    const absent = { name: "ProgramError", kind: "not found", message: "git: read: no such program on PATH" };
    await assert.rejects(text("one"), absent, "without any program");
    await symlink(nice, join(root, "nice"));
    await assert.rejects(text("one"), absent, "without git");
  });
});
