import assert from "node:assert/strict";
import { parseMark } from "./swarm.ts";

describe("the lab's mark on its node", () => {
  it("records who created the swarm, and the lab's number", () => {
    assert.deepEqual(parseMark("made-3"), { origin: "made", number: 3 });
    assert.deepEqual(parseMark("joined-12"), { origin: "joined", number: 12 });
  });

  it("has no number if the lab predates numbering", () =>
    assert.deepEqual(parseMark("made"), { origin: "made", number: undefined }));

  it("is undefined on a node that the lab did not mark", () => {
    assert.equal(parseMark(undefined), undefined);
    assert.equal(parseMark("somebody-1"), undefined);
  });
});
