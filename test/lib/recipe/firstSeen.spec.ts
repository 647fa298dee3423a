import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { type FirstSeen, firstSeenPath, updateFirstSeen } from "../../../providers/lib/recipe/firstSeen.ts";
import { refreshMirror } from "../../../providers/lib/recipe/mirror.ts";
import type { Refs } from "../../../providers/lib/recipe/refs.ts";
import { committer } from "../git/committer.ts";

const hour = 3_600_000;
const now = 2_000_000_000_000;

type Pointer = readonly [commit: string, at: number];
const refs = (ours: Record<string, Pointer>, upstream = ours): Refs => {
  const map = (tags: Record<string, Pointer>) =>
    new Map(
      Object.entries(tags).map(([name, [commit, at]]) => [
        name,
        { object: `tag of ${commit}`, commit, annotated: true, time: at / 1000 },
      ]),
    );
  return { ours: map(ours), upstream: map(upstream), heads: new Map() };
};
const seen = (tags: Record<string, Pointer>): FirstSeen =>
  new Map(Object.entries(tags).map(([name, [commit, at]]) => [name, { commit, at }]));

describe("the first-seen times of tags", () => {
  it("F25: begin at now, whatever date the tagger wrote", () => {
    for (const date of [0, now - 900 * hour, now + 900 * hour, Number.NaN])
      assert.deepEqual(
        updateFirstSeen(seen({}), refs({ "1.0.0+1": ["a", date] }), now),
        seen({ "1.0.0+1": ["a", now] }),
      );
  });

  it("begin at the tag's date when hearth begins with a recipe, never later than now", () => {
    const dates = { old: now - 900 * hour, future: now + hour, ancient: -hour, unknown: Number.NaN };
    const begun = updateFirstSeen(
      undefined,
      refs({
        old: ["a", dates.old],
        future: ["a", dates.future],
        ancient: ["a", dates.ancient],
        unknown: ["a", dates.unknown],
      }),
      now,
    );
    assert.deepEqual(
      begun,
      seen({ old: ["a", dates.old], future: ["a", now], ancient: ["a", 0], unknown: ["a", now] }),
    );
  });

  it("stay while the tag stays, also if upstream deletes it and creates it again at the same commit", () => {
    const known = seen({ "1.0.0+1": ["a", now - hour] });
    const tag = { "1.0.0+1": ["a", now] } as const;
    for (const found of [refs(tag), refs(tag, {}), refs({}, {})])
      assert.equal(updateFirstSeen(known, found, now), known);
  });

  it("F25: begin again if upstream moves the tag to another commit, also back", () => {
    const known = seen({ "1.0.0+1": ["a", now - 9 * hour] });
    const moved = updateFirstSeen(known, refs({ "1.0.0+1": ["a", 0] }, { "1.0.0+1": ["b", 0] }), now - hour);
    assert.deepEqual(moved, seen({ "1.0.0+1": ["b", now - hour] }));
    assert.deepEqual(updateFirstSeen(moved, refs({ "1.0.0+1": ["a", 0] }), now), seen({ "1.0.0+1": ["a", now] }));
  });

  it("become now if they are in the future, because the clock was set back: no release waits for ever", () => {
    const known = seen({ "1.0.0+1": ["a", now + 9000 * hour], "1.1.0+1": ["a", now - hour] });
    const tags = refs({ "1.0.0+1": ["a", 0], "1.1.0+1": ["a", 0] });
    const updated = updateFirstSeen(known, tags, now);
    assert.deepEqual(updated, seen({ "1.0.0+1": ["a", now], "1.1.0+1": ["a", now - hour] }));
    assert.equal(updateFirstSeen(updated, tags, now + hour), updated);
  });
});

describe("the first-seen times of a mirror", function () {
  this.timeout(120_000);
  let root: string;
  let upstream: string;
  let operator: string;
  let state: string;
  let logged: string[];

  const git = async (date: string, ...argv: string[]) =>
    execa("git", argv, {
      cwd: upstream,
      env: { ...committer, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date },
    });
  const old = "1700000000 +0000";
  const future = "4000000000 +0000";
  const tag = async (name: string, date: string) => {
    await git(date, "commit", "--quiet", "--allow-empty", "-m", name);
    await git(date, "tag", "--force", "--annotate", "-m", name, name);
  };
  const mirror = () => join(state, "mirror", "web.git");
  const file = () => firstSeenPath(mirror());
  /** By tag: hours since hearth first saw it. */
  const ages = async (): Promise<Record<string, number>> => {
    const { tags, offline } = await refreshMirror("web", state, operator, line => logged.push(line));
    assert.equal(offline, undefined);
    return Object.fromEntries(
      tags.map(({ name, firstSeen }) => [name, Math.round((Date.now() / 1000 - firstSeen) / 3600)]),
    );
  };
  const hoursOld = Math.round((Date.now() / 1000 - 1_700_000_000) / 3600);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "hearth-first-seen-"));
    [upstream, operator, state, logged] = [join(root, "upstream"), join(root, "abra"), join(root, "state"), []];
    await mkdir(upstream);
    await git(old, "init", "--quiet", "--initial-branch=main");
    await tag("1.0.0+1", old);
    await mkdir(join(operator, "catalogue"), { recursive: true });
    await writeFile(
      join(operator, "catalogue", "recipes.json"),
      JSON.stringify({ web: { repository: pathToFileURL(upstream).href } }),
    );
  });
  afterEach(() => rm(root, { recursive: true }));

  it("F25: are those of the tags at the first clone, and now for every later tag", async () => {
    await tag("1.1.0+1", future);
    const first = await ages();
    assert.equal(first["1.0.0+1"], hoursOld);
    assert.equal(first["1.1.0+1"], 0);
    await tag("1.2.0+1", old);
    assert.equal((await ages())["1.2.0+1"], 0);
    assert.equal((await ages())["1.0.0+1"], hoursOld);
    assert.deepEqual(logged, []);
  });

  it("F25: begin again for a tag that moves; not for a lightweight one that is annotated at the same commit", async () => {
    await git(old, "tag", "0.9.0+1");
    await ages();
    await git(old, "tag", "--force", "--annotate", "-m", "annotated", "0.9.0+1");
    assert.equal((await ages())["0.9.0+1"], hoursOld);
    await tag("1.0.0+1", old);
    assert.equal((await ages())["1.0.0+1"], 0);
  });

  it("F1: that are lost or damaged begin as at the first clone, and the log says so once", async () => {
    await ages();
    await tag("1.1.0+1", old);
    assert.equal((await ages())["1.1.0+1"], 0);
    for (const [damage, why] of [
      [() => rm(file()), "not found"],
      [() => writeFile(file(), '{"format": 1, "tags": ['), "cannot read"],
      [() => writeFile(file(), '{"format": 1, "tags": [{"name": "1.1.0+1"}]}'), "cannot read"],
    ] as const) {
      logged = [];
      await damage();
      for (let pass = 1; pass <= 2; pass++) assert.equal((await ages())["1.1.0+1"], hoursOld);
      assert.equal(logged.length, 1, logged.join());
      assert.match(
        logged[0]!,
        /^web: ages of its tags lost, counting from the tags' own dates: .*web\.first-seen\.json/,
      );
      assert.ok(logged[0]!.includes(why), logged[0]);
    }
  });

  it("outlive a mirror that is cloned again", async () => {
    await ages();
    await tag("1.1.0+1", old);
    await ages();
    await rm(mirror(), { recursive: true });
    assert.deepEqual(await ages(), { "1.0.0+1": hoursOld, "1.1.0+1": 0 });
    assert.deepEqual(logged, []);
  });

  it("in the future, written before the clock was set back, count from now on", async () => {
    await ages();
    await writeFile(
      file(),
      (await readFile(file(), "utf8")).replace(/"at": "[^"]+"/, '"at": "2100-01-01T00:00:00.000Z"'),
    );
    assert.equal((await ages())["1.0.0+1"], 0);
    assert.doesNotMatch(await readFile(file(), "utf8"), /2100/);
  });

  it("of a newer hearth are left unchanged, and no tag counts as old", async () => {
    await ages();
    await writeFile(file(), '{"format": 7}');
    const { tags, offline } = await refreshMirror("web", state, operator, line => logged.push(line));
    assert.match(offline!, /web\.first-seen\.json: format 7/);
    assert.ok(tags.every(({ firstSeen }) => Date.now() / 1000 - firstSeen < 60));
    assert.equal(await readFile(file(), "utf8"), '{"format": 7}');
  });

  it("can be read without upstream", async () => {
    await ages();
    await rename(upstream, `${upstream}.away`);
    const { tags, offline } = await refreshMirror("web", state, operator, assert.fail);
    assert.ok(offline);
    assert.deepEqual(
      tags.map(({ firstSeen }) => firstSeen),
      [1_700_000_000],
    );
  });

  it("P1: are recorded once by many processes that begin together", async () => {
    await ages();
    await tag("1.1.0+1", old);
    await rm(file());
    const script = `
      const { refreshMirror } = await import(${JSON.stringify(new URL("../../../providers/lib/recipe/index.ts", import.meta.url).href)});
      const { tags } = await refreshMirror("web", ${JSON.stringify(state)}, ${JSON.stringify(operator)}, console.error);
      console.log(JSON.stringify(tags.map(({ firstSeen }) => firstSeen)));`;
    const all = await Promise.all(
      Array.from({ length: 4 }, () => execa(process.execPath, ["--input-type=module", "--eval", script])),
    );
    assert.deepEqual(new Set(all.map(({ stdout }) => stdout)), new Set(["[1700000000,1700000000]"]));
    assert.equal(
      all
        .map(({ stderr }) => stderr)
        .join("")
        .match(/ages of its tags lost/g)?.length,
      1,
    );
  });
});
