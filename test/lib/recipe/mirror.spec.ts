import assert from "node:assert/strict";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { prepareAbraDir } from "../../../providers/lib/abra/home.ts";
import { fileAt, notesAt } from "../../../providers/lib/recipe/files.ts";
import { refreshMirror } from "../../../providers/lib/recipe/mirror.ts";
import { tagsOf, type Tag } from "../../../providers/lib/recipe/tags.ts";
import { UnknownRecipeError } from "../../../providers/lib/recipe/upstream.ts";
import { tryLock } from "../../../providers/lib/lock/flock.ts";
import { committer } from "../git/committer.ts";

describe("the mirror of a recipe", function () {
  this.timeout(30_000);
  let root: string;
  let upstream: string;
  let operator: string;
  let state: string;

  const git = async (...argv: string[]) => (await execa("git", argv, { cwd: upstream, env: committer })).stdout;
  const write = async (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(upstream, name, ".."), { recursive: true });
      await writeFile(join(upstream, name), text);
    }
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "-m", "change");
  };
  const release = async (name: string, files: Record<string, string> = { "compose.yml": name }) => {
    await write(files);
    await git("tag", "--force", "--annotate", "-m", name, name);
  };
  const logged: string[] = [];
  const refresh = () => refreshMirror("web", state, operator, line => logged.push(line));
  const found = async (): Promise<Record<string, Tag>> =>
    Object.fromEntries((await tagsOf(join(state, "mirror", "web.git"))).map(tag => [tag.name, tag]));
  const mirror = () => join(state, "mirror", "web.git");
  const missing = (path: string) => assert.rejects(access(path), { code: "ENOENT" });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "hearth-mirror-"));
    [upstream, operator, state] = [join(root, "upstream"), join(root, "abra"), join(root, "state")];
    await mkdir(upstream);
    await git("init", "--quiet", "--initial-branch=main");
    await release("1.0.0+1", { "compose.yml": "first" });
    await mkdir(join(operator, "catalogue"), { recursive: true });
    await writeFile(
      join(operator, "catalogue", "recipes.json"),
      JSON.stringify({ web: { repository: pathToFileURL(upstream).href } }),
    );
  });
  afterEach(() => rm(root, { recursive: true }));

  it("is created by the first refresh and updated by later ones", async () => {
    assert.deepEqual(await refresh(), { path: mirror(), tags: await tagsOf(mirror()) });
    const { firstSeen, ...first } = (await found())["1.0.0+1"]!;
    assert.deepEqual(first, { name: "1.0.0+1", annotated: true, moved: false, gone: false });
    assert.ok(Math.abs(firstSeen - Date.now() / 1000) < 60, "in seconds");
    await release("1.1.0+1");
    await git("tag", "1.2.0+1");
    await refresh();
    assert.deepEqual(
      Object.values(await found()).map(({ name, annotated }) => `${name} ${annotated}`),
      ["1.0.0+1 true", "1.1.0+1 true", "1.2.0+1 false"],
    );
    assert.equal(await fileAt(mirror(), "1.1.0+1", "compose.yml"), "1.1.0+1");
    assert.equal(await fileAt(mirror(), "1.1.0+1", "no.yml"), undefined);
  });

  it("F25, F38: keeps a tag as first seen if upstream moves it, so that a rollback runs the same files", async () => {
    await refresh();
    await release("1.0.0+1", { "compose.yml": "second" });
    for (let pass = 1; pass <= 2; pass++) {
      await refresh();
      assert.equal((await found())["1.0.0+1"]!.moved, true);
      assert.equal(await fileAt(mirror(), "1.0.0+1", "compose.yml"), "first");
    }
  });

  it("F25: doesn't report a tag as moved once upstream moved it back", async () => {
    await refresh();
    const first = await git("rev-parse", "1.0.0+1");
    await release("1.0.0+1", { "compose.yml": "second" });
    await refresh();
    await git("update-ref", "refs/tags/1.0.0+1", first);
    await refresh();
    assert.equal((await found())["1.0.0+1"]!.moved, false);
  });

  it("F25: keeps a tag that upstream deleted, and reports it as gone; also the last one", async () => {
    await release("1.1.0+1");
    await refresh();
    await git("tag", "--delete", "1.1.0+1");
    await refresh();
    assert.deepEqual(
      Object.values(await found()).map(({ name, gone, moved }) => ({ name, gone, moved })),
      [
        { name: "1.0.0+1", gone: false, moved: false },
        { name: "1.1.0+1", gone: true, moved: false },
      ],
    );
    assert.equal(await fileAt(mirror(), "1.1.0+1", "compose.yml"), "1.1.0+1");
    await git("tag", "--delete", "1.0.0+1");
    await refresh();
    assert.equal((await found())["1.0.0+1"]!.gone, true);
  });

  it("F38: replaces a lightweight tag by an annotated one, because no version ran from it", async () => {
    await git("tag", "1.1.0+1");
    await refresh();
    assert.equal((await found())["1.1.0+1"]!.annotated, false);
    await release("1.1.0+1");
    await refresh();
    const { annotated, moved } = (await found())["1.1.0+1"]!;
    assert.deepEqual({ annotated, moved }, { annotated: true, moved: false });
    await git("tag", "--force", "1.1.0+1", "HEAD");
    await refresh();
    const again = (await found())["1.1.0+1"]!;
    assert.deepEqual(
      { annotated: again.annotated, moved: again.moved },
      { annotated: true, moved: true },
      "the other way round it has moved",
    );
  });

  it("F1: continues after a kill between the clone and the first fetch", async () => {
    await release("1.1.0+1");
    await mkdir(join(state, "mirror"), { recursive: true });
    await execa("git", ["clone", "--quiet", "--mirror", pathToFileURL(upstream).href, mirror()]);
    const flags = async () => Object.values(await found()).map(({ name, moved, gone }) => ({ name, moved, gone }));
    const expected = ["1.0.0+1", "1.1.0+1"].map(name => ({ name, moved: false, gone: false }));
    assert.deepEqual(await flags(), expected, "upstream's tags aren't fetched yet: none counts as gone");
    await refresh();
    assert.deepEqual(await flags(), expected);
    await git("tag", "--delete", "1.1.0+1");
    await release("1.0.0+1", { "compose.yml": "second" });
    await refresh();
    assert.deepEqual(await flags(), [
      { name: "1.0.0+1", moved: true, gone: false },
      { name: "1.1.0+1", moved: false, gone: true },
    ]);
    assert.equal(await fileAt(mirror(), "1.0.0+1", "compose.yml"), "first");
  });

  it("admits new tags although another one conflicts with an old tag", async () => {
    await git("tag", "release");
    await refresh();
    await git("tag", "--delete", "release");
    await git("tag", "release/2");
    await release("1.1.0+1");
    assert.deepEqual(await refresh(), { path: mirror(), tags: await tagsOf(mirror()) });
    assert.deepEqual(Object.keys(await found()).toSorted(), ["1.0.0+1", "1.1.0+1", "release"]);
  });

  it("P1: can be created and refreshed by many processes at once; each sees every tag", async () => {
    const script = `
      const { refreshMirror, tagsOf } = await import(${JSON.stringify(new URL("../../../providers/lib/recipe/index.ts", import.meta.url).href)});
      const { path, offline } = await refreshMirror("web", ${JSON.stringify(state)}, ${JSON.stringify(operator)}, console.log);
      console.log(offline ?? (await tagsOf(path)).length);`;
    for (const tags of [1, 3]) {
      while ((await git("tag")).split("\n").length < tags)
        await release(`1.${(await git("tag")).split("\n").length}.0+1`);
      const all = await Promise.all(
        Array.from({ length: 4 }, () => execa(process.execPath, ["--input-type=module", "--eval", script])),
      );
      assert.deepEqual(
        all.map(each => each.stdout),
        Array.from({ length: 4 }, () => String(tags)),
      );
    }
    await Promise.all(
      Array.from({ length: 6 }, async () =>
        assert.deepEqual(await refresh(), { path: mirror(), tags: await tagsOf(mirror()) }),
      ),
    );
  });

  it("F1: recovers from a kill that left git's locks and a partial clone behind", async () => {
    await mkdir(join(state, "mirror", "web.git.new", "refs"), { recursive: true });
    await refresh();
    await missing(join(state, "mirror", "web.git.new"));
    await release("1.1.0+1");
    for (const name of ["packed-refs.lock", "refs/tags/1.1.0+1.lock", "refs/heads/main.lock"]) {
      await mkdir(join(mirror(), name, ".."), { recursive: true });
      await writeFile(join(mirror(), name), "");
    }
    assert.deepEqual(await refresh(), { path: mirror(), tags: await tagsOf(mirror()) });
    assert.ok((await found())["1.1.0+1"]);
  });

  it("reports why upstream can't be reached, and keeps its tags", async () => {
    await refresh();
    await rm(upstream, { recursive: true });
    const { path, tags, offline } = await refresh();
    assert.equal(path, mirror());
    assert.deepEqual(tags, await tagsOf(mirror()));
    assert.match(offline!, /^git: list upstream.s refs of web: exit 128: .*upstream/);
    assert.deepEqual(
      Object.values(await found()).map(({ name, gone }) => ({ name, gone })),
      [{ name: "1.0.0+1", gone: false }],
    );
  });

  it("throws without upstream and without a mirror, and leaves nothing partial", async () => {
    await rm(upstream, { recursive: true });
    await assert.rejects(refresh(), /git: clone recipe web/);
    await missing(mirror());
    await missing(`${mirror()}.new`);
    await assert.rejects(refreshMirror("unknown", state, operator, assert.fail), UnknownRecipeError);
  });

  it("waits for the lock only if upstream has anything new", async () => {
    await refresh();
    const lock = async () => (await tryLock(`${mirror()}.lock`))!;
    const changes: (() => Promise<unknown>)[] = [
      () => git("tag", "1.1.0+1"),
      () => git("branch", "other"),
      () => git("branch", "--force", "other", "HEAD"),
      () => write({ "compose.yml": "unreleased" }),
      () => git("branch", "--delete", "--force", "other"),
      () => git("tag", "--delete", "1.1.0+1"),
    ];
    const waited: boolean[] = [];
    for (const change of changes) {
      await change();
      const held = await lock();
      const refreshed = refresh();
      waited.push(await Promise.race([refreshed.then(() => false), sleep(500, true)]));
      await held.release();
      assert.equal((await refreshed).offline, undefined);
    }
    assert.deepEqual(waited, [true, true, false, true, true, true]);
  });

  it("F2: ignores the saved refs after a reboot, because a power failure may have undone a tag", async () => {
    await release("1.1.0+1");
    await refresh();
    await execa("git", ["-C", mirror(), "update-ref", "-d", "refs/tags/1.1.0+1"]);
    const kept = join(mirror(), "hearth-refs");
    await writeFile(kept, (await readFile(kept, "utf8")).replace(/^.*\n/, "00000000-0000-0000-0000-000000000000\n"));
    assert.deepEqual((await refresh()).tags.map(({ name }) => name).toSorted(), ["1.0.0+1", "1.1.0+1"]);
    assert.ok((await found())["1.1.0+1"]);
  });

  it("P1: releases its lock", async () => {
    await refresh();
    const held = await tryLock(`${mirror()}.lock`);
    assert.ok(held);
    await held.release();
  });

  it("provides hearth's clone with every tag as first seen, deleted ones included, and no other ref", async () => {
    await release("1.1.0+1");
    await refresh();
    const clone = async (...argv: string[]) =>
      (await execa("git", argv, { cwd: join(state, "abra", "recipes", "web") })).stdout;
    await prepareAbraDir("web", mirror(), state, operator);
    await git("tag", "--delete", "1.1.0+1");
    await release("1.0.0+1", { "compose.yml": "second" });
    await release("1.2.0+1");
    await git("tag", "1.3.0+1");
    await refresh();
    const { lightweight } = await prepareAbraDir("web", mirror(), state, operator);
    assert.deepEqual(lightweight, ["1.3.0+1"]);
    assert.deepEqual((await clone("tag")).split("\n"), ["1.0.0+1", "1.1.0+1", "1.2.0+1"]);
    assert.equal(await clone("show", "1.0.0+1:compose.yml"), "first");
    assert.equal(await clone("for-each-ref", "refs/upstream"), "");
  });

  it("returns the tags after the refresh, new ones included", async () => {
    await refresh();
    await release("1.0.0+1", { "compose.yml": "second" });
    await release("1.1.0+1");
    const { tags } = await refresh();
    assert.deepEqual(
      tags.map(({ name, moved }) => ({ name, moved })),
      [
        { name: "1.0.0+1", moved: true },
        { name: "1.1.0+1", moved: false },
      ],
    );
  });

  it("reads a tag that was replaced since the last read", async () => {
    await write({ "compose.yml": "loose" });
    await git("tag", "1.1.0+1");
    await refresh();
    assert.equal(await fileAt(mirror(), "1.1.0+1", "compose.yml"), "loose");
    await release("1.1.0+1", { "compose.yml": "mended" });
    await refresh();
    assert.equal(await fileAt(mirror(), "1.1.0+1", "compose.yml"), "mended");
  });

  it("returns a file's exact text, with or without a final newline, in a folder or not", async () => {
    const files = { "compose.yml": "a: 1\n\n", "abra.sh": "", "conf/é.tmpl": "no newline" };
    await release("1.1.0+1", files);
    await refresh();
    for (const [file, text] of Object.entries(files)) assert.equal(await fileAt(mirror(), "1.1.0+1", file), text);
    for (const file of ["conf", "conf/no", "no/é.tmpl", "compose.yml/no"])
      assert.equal(await fileAt(mirror(), "1.1.0+1", file), undefined, file);
  });

  it("fails with git's message if the tag or the mirror isn't found", async () => {
    await refresh();
    const failed = { name: "ProgramError", kind: "failed" };
    await assert.rejects(fileAt(mirror(), "9.9.9", "compose.yml"), {
      ...failed,
      message: /^git: read compose\.yml at 9\.9\.9: exit 128: .*valid object name.*9\.9\.9/,
    });
    await assert.rejects(fileAt(mirror(), "1.0.0+1\nrefs/tags/1.0.0+1", "compose.yml"), failed);
    await assert.rejects(notesAt(mirror(), "9.9.9"), failed);
    await assert.rejects(fileAt(join(root, "nowhere"), "1.0.0+1", "compose.yml"), {
      ...failed,
      message: /not a git repository: .*nowhere/,
    });
  });

  it("fails for a missing object instead of treating the file as absent", async () => {
    await refresh();
    const object = await git("rev-parse", "1.0.0+1:compose.yml");
    const packs = join(mirror(), "objects", "pack");
    for (const name of await readdir(packs)) await rename(join(packs, name), join(root, name));
    for (const name of (await readdir(root)).filter(each => each.endsWith(".pack"))) {
      await execa("git", ["unpack-objects", "-q"], { cwd: mirror(), env: committer, inputFile: join(root, name) });
    }
    await rm(join(mirror(), "objects", object.slice(0, 2), object.slice(2)));
    await assert.rejects(fileAt(mirror(), "1.0.0+1", "compose.yml"), { name: "ProgramError", kind: "failed" });
  });

  it("reads the notes as of a tag, all or selected ones; none if it has none", async () => {
    await release("1.1.0+1", { "release/1.1.0+1": "dump the database\n", "release/next": "é\n" });
    await release("1.2.0+1", { "release/1.2.0+1": "" });
    await refresh();
    assert.deepEqual(Object.keys(await notesAt(mirror(), "1.0.0+1")), []);
    assert.deepEqual(await notesAt(mirror(), "1.0.0+1"), {});
    const notes = await notesAt(mirror(), "1.2.0+1");
    assert.deepEqual(Object.keys(notes), ["1.1.0+1", "1.2.0+1", "next"]);
    assert.equal(notes["1.1.0+1"], "dump the database\n");
    assert.equal(notes["next"], "é\n");
    assert.deepEqual(Object.keys(await notesAt(mirror(), "1.2.0+1", version => version === "1.2.0+1")), ["1.2.0+1"]);
    await git("rm", "-r", "--quiet", "release");
    await release("1.3.0+1", { release: "a file, for once" });
    await refresh();
    assert.deepEqual(Object.keys(await notesAt(mirror(), "1.3.0+1")), []);
  });
});
