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
};

describe("a release decision", () => {
  it("stays as it is if upstream is reachable and the app isn't broken", () => {
    assert.deepEqual(applySituation(chosen, usual), chosen);
  });

  it("is the configured version, which isn't held", () => {
    const { version, held: holds } = applySituation(chosen, { ...usual, configured: "9.0.0+25.0.0" });
    assert.deepEqual([version, holds], ["9.0.0+25.0.0", []]);
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
    assert.equal(applySituation(chosen, { ...offline, running: "main" }).version, "10.7.0+26.4.0");
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
