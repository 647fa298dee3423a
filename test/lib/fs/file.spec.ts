import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import {
  format,
  FormatError,
  readJson,
  removeFile,
  UnreadableError,
  writeJson,
} from "../../../providers/lib/fs/file.ts";
import { project } from "../../lab/paths.ts";
import { root, smallDisk } from "./tmpfs.ts";

const schema = z.object({ format, word: z.string() });
const writer = join(project, "test/lib/fs/fixtures/writer.ts");

describe("a state file", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-journal-"));
    path = join(folder, "deep", "er", "file.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads back as written, with mode 0600, in a folder made for it", async () => {
    await writeJson(path, { format: 1, word: "one" });
    await writeJson(path, { format: 1, word: "two" });
    assert.deepEqual(await readJson(path, schema), { format: 1, word: "two" });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, "deep"))).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(join(folder, "deep", "er")), ["file.json"]);
  });

  it("reads as undefined when absent, and can be removed twice", async () => {
    assert.equal(await readJson(path, schema), undefined);
    await removeFile(path);
    await writeJson(path, { format: 1, word: "one" });
    await removeFile(path);
    await removeFile(path);
    assert.equal(await readJson(path, schema), undefined);
  });

  it("in a newer format is rejected whatever it holds, and left unchanged", async () => {
    const text = '{"format": 2, "words": ["one"]}';
    await mkdir(join(folder, "deep", "er"), { recursive: true });
    await writeFile(path, text);
    await assert.rejects(() => readJson(path, schema), {
      name: "FormatError",
      message: `cannot read ${path}: format 2, expected at most 1; a newer hearth wrote it: upgrade hearth on this host`,
      path,
      format: 2,
    });
    await assert.rejects(() => readJson(path, schema), FormatError);
    assert.equal(await readFile(path, "utf8"), text);
  });

  it("that can't be parsed is rejected with its path and the reason", async () => {
    await mkdir(join(folder, "deep", "er"), { recursive: true });
    const cases: [text: string, why: RegExp][] = [
      ["", /JSON/],
      ['{"format": 1, "word": "on', /JSON/],
      ['"text"', /format/],
      ['{"word": "one"}', /expected a format number/],
      ['{"format": 0, "word": "one"}', /expected a format number/],
      ['{"format": "1", "word": "one"}', /expected a format number/],
      ['{"format": 1, "word": 3}', /expected string.*[\s\S]*word/],
    ];
    for (const [text, why] of cases) {
      await writeFile(path, text);
      await assert.rejects(
        () => readJson(path, schema),
        (error: unknown) => {
          assert.ok(error instanceof UnreadableError, text);
          assert.equal(error.path, path);
          assert.ok(error.message.includes(path));
          assert.match(error.message, why);
          return true;
        },
      );
    }
    await rm(path);
    await mkdir(path);
    await assert.rejects(() => readJson(path, schema), UnreadableError);
  });

  it("F1: is never partial when its writer is killed, and leftover temporary files are harmless", async function () {
    this.timeout(15_000);
    const written = z.object({ format, turn: z.int(), filling: z.string(), last: z.int() });
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [writer, path], { stdio: ["ignore", "pipe", "inherit"] });
      await once(child.stdout, "data");
      await sleep(Math.random() * 40);
      child.kill("SIGKILL");
      await once(child, "exit");
      const found = await readJson(path, written);
      assert.ok(found);
      assert.equal(found.turn, found.last);
    }
    await writeFile(`${path}.left.tmp`, "{");
    await writeJson(path, { format: 1, word: "after" });
    assert.deepEqual(await readJson(path, schema), { format: 1, word: "after" });
  });

  it("F2: is synced before the rename, and its folder after", async function () {
    const trace = join(folder, "trace");
    const program = `import { writeJson } from "${join(project, "providers/lib/fs/file.ts")}"; await writeJson("${path}", { format: 1 });`;
    const strace = ["-f", "-y", "-e", "trace=openat,fsync,rename,renameat,renameat2,mkdir,mkdirat", "-o", trace];
    try {
      await promisify(execFile)("strace", [
        ...strace,
        process.execPath,
        "--input-type=module-typescript",
        "-e",
        program,
      ]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return this.skip();
      throw error;
    }
    const calls = (await readFile(trace, "utf8"))
      .split("\n")
      .filter(line => line.includes(folder) && /\b(fsync|rename\w*)\(/.test(line) && !line.includes("resumed"));
    const steps = calls.map(line =>
      line
        .replace(/^\d+\s+/, "")
        .replaceAll(folder, "")
        .replace(/\(\d+</, "(<")
        .replaceAll(/\.[\da-f-]{36}\.tmp/g, ".tmp")
        .replace(/>?\)\s+= 0$| <unfinished.*$/, ""),
    );
    assert.deepEqual(
      steps.map(line => line.replace(/>$/, "")),
      [
        "fsync(</deep",
        "fsync(<",
        "fsync(</deep/er/file.json.tmp",
        'rename("/deep/er/file.json.tmp", "/deep/er/file.json"',
        "fsync(</deep/er",
      ],
    );
  });

  it("F5: stays unchanged on a full disk, with no leftover beside it", async function () {
    if (!root) return this.skip();
    const disk = smallDisk(64);
    try {
      const file = join(disk.path, "file.json");
      await writeJson(file, { format: 1, word: "before" });
      await disk.fill();
      await assert.rejects(() => writeJson(file, { format: 1, word: "x".repeat(9_000) }), { code: "ENOSPC" });
      assert.deepEqual(await readJson(file, schema), { format: 1, word: "before" });
      assert.deepEqual((await readdir(disk.path)).toSorted(), ["file.json", "filling"]);
      await rm(join(disk.path, "filling"));
      await writeJson(file, { format: 1, word: "after" });
      assert.deepEqual(await readJson(file, schema), { format: 1, word: "after" });
    } finally {
      disk.remove();
    }
  });
});
