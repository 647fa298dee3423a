import assert from "node:assert/strict";
import type { ReleaseDecision } from "../../providers/app/releaseTypes.ts";
import { applySituation, type Situation } from "../../providers/app/situation.ts";

const running = "10.7.1+26.4.0";
const newer = "10.8.0+26.5.0";
const held = [{ version: "11.0.0+27.0.0", reasons: ["major of the recipe"], notes: [], approvable: true }];
const chosen: ReleaseDecision = { version: newer, afterwards: "10.9.0+26.5.0", held, ignored: [] };
const usual: Situation = {
  configured: "latest",
  isOffline: false,
  previous: {},
  running,
  last: running,
  condition: "healthy",
  rejection: undefined,
};

describe("a release decision", () => {
  it("stays as it is if upstream is reachable and the app isn't broken", () => {
    assert.deepEqual(applySituation(chosen, usual), chosen);
  });

  it("is the configured version, which isn't held", () => {
    const { version, held: holds } = applySituation(chosen, { ...usual, configured: "9.0.0+25.0.0" });
    assert.deepEqual([version, holds], ["9.0.0+25.0.0", []]);
  });

  it("P7: is what runs if the configured version failed here; that one is held, also below what runs", () => {
    for (const configured of [newer, "9.0.0+25.0.0"]) {
      const rejection = { version: configured, reasons: ["failed here"], notes: [], approvable: true };
      const situation = { ...usual, configured, rejection };
      for (const isOffline of [false, true])
        assert.deepEqual(applySituation(chosen, { ...situation, isOffline, previous: { version: configured } }), {
          ...chosen,
          version: running,
          afterwards: undefined,
          held: [rejection],
        });
      assert.equal(applySituation(chosen, { ...situation, running: undefined }).version, running, "the app is down");
    }
  });

  it("is the configured version if that runs, although it failed here before", () => {
    const rejection = { version: running, reasons: ["failed here"], notes: [], approvable: true };
    const { version, held: holds } = applySituation(chosen, { ...usual, configured: running, rejection });
    assert.deepEqual([version, holds], [running, []]);
  });

  it("P7: without upstream is not a previous version that is held by now", () => {
    const now = [{ version: newer, reasons: ["failed here"], notes: [], approvable: true }, ...held];
    const { version, held: holds } = applySituation(
      { ...chosen, version: running, held: now },
      { ...usual, isOffline: true, previous: { version: newer, held } },
    );
    assert.deepEqual([version, holds], [running, now]);
  });

  it("without upstream doesn't hold what runs", () => {
    const offline = {
      ...usual,
      isOffline: true,
      running: newer,
      last: newer,
      previous: { version: running, held: [{ ...held[0]!, version: newer }] },
    };
    assert.deepEqual(applySituation({ ...chosen, version: newer, held: [] }, offline).held, []);
  });

  it("without upstream is the previous one, with its holds", () => {
    const previous = { version: newer, held };
    const { version, held: holds } = applySituation(
      { ...chosen, version: running },
      { ...usual, isOffline: true, previous },
    );
    assert.deepEqual([version, holds], [newer, held]);
  });

  it("without upstream is never below what runs: an operator may have deployed a newer version", () => {
    const offline = { ...usual, isOffline: true, previous: { version: "10.7.0+26.4.0" } };
    assert.equal(applySituation(chosen, offline).version, running);
    assert.equal(applySituation(chosen, { ...offline, running: "main", last: "main" }).version, "10.7.0+26.4.0");
  });

  it("P2: without upstream is never below last good of an app that is down: its data may be migrated", () => {
    const offline = {
      ...usual,
      isOffline: true,
      running: undefined,
      last: "1.8.0+1",
      previous: { version: "1.7.0+1" },
    };
    assert.equal(applySituation({ ...chosen, held: [] }, offline).version, "1.8.0+1");
  });

  it("applies nothing to a broken app, whatever is configured", () => {
    for (const configured of ["latest", newer]) {
      const { version, afterwards } = applySituation(chosen, {
        ...usual,
        configured,
        condition: "broken",
        running: undefined,
      });
      assert.deepEqual([version, afterwards], [running, undefined]);
    }
  });
});
