import assert from "node:assert/strict";
import { judgeLock, parseLock, type Starter, type Viewpoint } from "../../../commands/pulumi/judgeLock.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BOOT = Date.parse("2026-03-14T00:00:00Z");
const lock = { pid: 42, hostname: "ci", timestamp: "2026-03-14T01:00:00.5+01:00" }; // half a second after the boot
const pulumi = { name: "pulumi", program: "pulumi", started: 9_000, ended: false };
const here: Viewpoint = { hostname: "ci", seesAll: true, bootedBefore: BOOT, processes: [] };
const starter: Starter = { host: "ci", liveness: "alive", isHere: true, started: 8_000 };
const onDisk = { isLocal: true, starter: undefined };
const onS3 = { isLocal: false, starter: undefined };

describe("the holder of a Pulumi lock", () => {
  it("F2: is dead if a power cut left the lock without its content, and unknown if the lock says something else", () => {
    for (const text of ["", "\0\0\0", '{"pid":42,"host'])
      assert.equal(judgeLock(parseLock(text), onDisk, here), "dead");
    for (const text of ["{}", '{"pid":"42"}', "[]"])
      assert.equal(judgeLock(parseLock(text), onDisk, here), "unknown", text);
    assert.deepEqual(parseLock(JSON.stringify({ ...lock, username: "root" })), { ...lock, username: "root" });
  });

  it("F49: is alive while a pulumi has its pid, whenever the clock says that this one began", () => {
    for (const bootedBefore of [BOOT - DAY, BOOT - HOUR, BOOT])
      for (const given of [onDisk, onS3])
        assert.equal(judgeLock(lock, given, { ...here, bootedBefore, processes: [pulumi] }), "alive");
  });

  it("F22: is dead if its pid is free, or is another program's by now", () => {
    assert.equal(judgeLock(lock, onDisk, here), "dead");
    const node = { ...pulumi, name: "node", program: "node" };
    assert.equal(judgeLock(lock, onDisk, { ...here, processes: [node] }), "dead");
    assert.equal(judgeLock(lock, onDisk, { ...here, processes: [{ ...node, program: "pulumi" }] }), "alive");
  });

  it("F22: is dead if the pulumi with its pid began before the hearth that started the holder", () => {
    const seen = { ...here, processes: [{ ...pulumi, started: 7_999 }] };
    assert.equal(judgeLock(lock, { ...onDisk, starter }, seen), "dead");
    assert.equal(judgeLock(lock, { ...onDisk, starter }, { ...here, processes: [pulumi] }), "alive");
  });

  it("F59: is unknown on a machine or in a container that only has the same name", () => {
    assert.equal(judgeLock(lock, onS3, here), "unknown", "S3 is used by many machines");
    assert.equal(judgeLock(lock, onDisk, { ...here, seesAll: false }), "unknown", "two containers of one name");
    const elsewhere: Starter = { ...starter, isHere: false, liveness: "unknown" };
    for (const given of [onDisk, onS3])
      assert.equal(judgeLock(lock, { ...given, starter: elsewhere }, here), "unknown");
    assert.equal(judgeLock({ ...lock, hostname: "other" }, onDisk, here), "unknown");
  });

  it("F59: is judged by hearth's record where that is of this boot, also on S3 and after the host was renamed", () => {
    for (const hostname of ["ci", "renamed"])
      for (const seesAll of [true, false]) {
        const seen = { ...here, hostname, seesAll };
        assert.equal(judgeLock(lock, { ...onS3, starter }, seen), "dead");
        assert.equal(judgeLock(lock, { ...onS3, starter }, { ...seen, processes: [pulumi] }), "alive");
      }
  });

  it("F2: is dead if its machine was rebooted since", () => {
    const rebooted: Starter = { ...starter, isHere: false, liveness: "dead" };
    assert.equal(judgeLock(lock, { ...onS3, starter: rebooted }, here), "dead");
    const later = { ...here, bootedBefore: BOOT + HOUR };
    const container = { ...lock, hostname: "1f2e3d" };
    assert.equal(judgeLock(container, onDisk, later), "dead");
    assert.equal(judgeLock(container, onS3, later), "unknown", "perhaps another machine's");
    assert.equal(
      judgeLock(container, onDisk, { ...later, seesAll: false }),
      "unknown",
      "a container's start, not a boot",
    );
  });
});
