import assert from "node:assert/strict";
import { overdueOf, track, type SkippedFile } from "../../../commands/reap/overdue.ts";
import type { Skip } from "../../../commands/reap/observed.ts";
import { DOCS, HOUR, NOW } from "./observed.ts";

const DAY = 24 * HOUR;

describe("what the reaper skipped for more than a day", () => {
  const locked: Skip = { what: DOCS, reason: "lock holder unknown", detail: "pid 7 on 1f2e3d" };
  let file: SkippedFile | undefined;
  /** A pass this long after boot, on a clock that is wrong by `skew`. */
  const pass = (uptime: number, skipped: readonly Skip[], { boot = "one", skew = 0, failed = [] as Skip[] } = {}) => {
    const failures = failed.map(({ what, reason }) => ({ what, why: reason }));
    file = track(file, { skipped, failed: failures }, { boot, uptime, now: NOW + uptime + skew });
    return overdueOf(file).map(({ what, why, since }) => `${what}: ${why} since ${since}`);
  };
  const since = `${DOCS}: lock holder unknown (pid 7 on 1f2e3d) since ${new Date(NOW + HOUR).toISOString()}`;

  beforeEach(() => void (file = undefined));

  it("is a dead run, from the first pass that skipped it", () => {
    assert.deepEqual(pass(HOUR, [locked]), []);
    assert.deepEqual(pass(HOUR + DAY - 1, [locked]), []);
    assert.deepEqual(pass(HOUR + DAY, [locked]), [since]);
    assert.deepEqual(pass(HOUR + 2 * DAY, [locked]), [since]);
  });

  it("F49: isn't changed by setting the clock", () => {
    pass(HOUR, [locked]);
    for (const skew of [DAY, 365 * DAY, -DAY]) assert.deepEqual(pass(2 * HOUR, [locked], { skew }), []);
    assert.deepEqual(pass(HOUR + DAY, [locked], { skew: -DAY }), [since]);
  });

  it("F42: goes on after a reboot, without the time that the host was off", () => {
    pass(HOUR, [locked]);
    assert.deepEqual(pass(HOUR + 23 * HOUR, [locked]), []);
    assert.deepEqual(pass(HOUR - 1, [locked], { boot: "two" }), []);
    assert.equal(pass(HOUR, [locked], { boot: "two" }).length, 1);
  });

  it("is a failure too, also if it becomes a skip and back", () => {
    pass(0, [], { failed: [locked] });
    pass(12 * HOUR, [{ ...locked, reason: "in use by Pulumi" }]);
    assert.equal(pass(DAY, [], { failed: [locked] }).length, 1);
  });

  it("begins again once a pass didn't skip it", () => {
    pass(0, [locked]);
    pass(12 * HOUR, []);
    assert.deepEqual(pass(DAY, [locked]), []);
    assert.equal(file?.skipped.length, 1);
  });

  it("isn't what is active, foreign, or never hearth's to remove", () => {
    const reasons = [
      "live",
      "foreign",
      "Keycloak's own",
      "belongs to a warm app",
      "not a run's name",
      "only its name suggests a run",
    ] as const;
    const skips = reasons.map(reason => ({ what: DOCS, reason }));
    pass(0, skips);
    assert.deepEqual(pass(2 * DAY, skips), []);
  });
});
