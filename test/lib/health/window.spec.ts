import assert from "node:assert/strict";
import { health } from "../../../providers/lib/health/inputs.ts";
import { healthWindow, type StartTimes } from "../../../providers/lib/health/window.ts";

const inputs = health.parse({ stableFor: 10, margin: 60 });
const seconds = (start: Partial<StartTimes>, settings = inputs) =>
  healthWindow(settings, { healthchecks: 0, lacksHealthcheck: false, timeouts: [], ...start }).deadline / 1000;

describe("the deadline of the health gate", () => {
  it("follows from the healthchecks, the margin and the window", () => {
    assert.equal(seconds({ healthchecks: 300 }), 300 + 60 + 10);
  });

  it("is at least TIMEOUT, or the label of the service", () => {
    assert.equal(seconds({ healthchecks: 30, timeouts: ["900", "120"] }), 900 + 10);
    assert.equal(seconds({ healthchecks: 30, timeouts: [undefined, "600"] }), 600 + 10);
    assert.equal(seconds({ healthchecks: 900, timeouts: ["300", "120"] }), 900 + 60 + 10);
    assert.equal(seconds({ healthchecks: 30, timeouts: ["", "soon", undefined] }), 30 + 60 + 10);
  });

  it("is at least two minutes for an app without a healthcheck", () => {
    const settings = { ...inputs, stableFor: 3, margin: 5 };
    assert.equal(seconds({ lacksHealthcheck: true }, settings), 120 + 3);
    assert.equal(seconds({ healthchecks: 200, lacksHealthcheck: true }, settings), 200 + 5 + 3);
  });
});
