import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { firstSeenPath, recordFirstSeen } from "../../../providers/lib/recipe/firstSeen.ts";
import type { Refs } from "../../../providers/lib/recipe/refs.ts";

const refs = (...names: string[]): Refs => {
  const ours = new Map(names.map(name => [name, { object: "t", commit: name, annotated: true, time: 1_000_000_000 }]));
  return { ours, upstream: ours, heads: new Map() };
};

describe("the record of first-seen times", () => {
  let mirror: string;
  beforeEach(async () => void (mirror = await mkdtemp(`${tmpdir()}/hearth-seen-`)));
  afterEach(() => rm(mirror, { recursive: true }));

  it("is written anew for a new tag alone: a check without news writes nothing", async () => {
    const fail = (why: string) => assert.fail(why);
    const written = async () => (await stat(firstSeenPath(mirror))).ino;
    const first = await recordFirstSeen(mirror, refs("1.0.0+1"), false, fail);
    const before = await written();
    assert.deepEqual(await recordFirstSeen(mirror, refs("1.0.0+1"), true, fail), first);
    assert.equal(await written(), before);
    const second = await recordFirstSeen(mirror, refs("1.0.0+1", "1.1.0+2"), true, fail);
    assert.notEqual(await written(), before);
    assert.deepEqual(second.get("1.0.0+1"), first.get("1.0.0+1"));
    assert.ok(Math.abs(second.get("1.1.0+2")!.at - Date.now()) < 60_000);
  });

  it("is reported as lost if a mirror that was refreshed has none", async () => {
    const lost: string[] = [];
    await recordFirstSeen(mirror, refs("1.0.0+1"), true, why => void lost.push(why));
    assert.deepEqual(lost, [`${firstSeenPath(mirror)} not found`]);
  });
});
