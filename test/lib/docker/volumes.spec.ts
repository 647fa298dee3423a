import assert from "node:assert/strict";
import { notLocal, type Volume } from "../../../providers/lib/docker/volumes.ts";

const volume = (more: Partial<Volume> = {}): Volume => ({
  name: "a_test_data",
  path: "/x/_data",
  driver: "local",
  options: {},
  ...more,
});

describe("a volume", () => {
  it("that is local can be snapshotted", () => {
    assert.equal(notLocal(volume()), undefined);
    assert.equal(notLocal(volume({ options: { size: "10g" } })), undefined);
  });

  for (const [what, more, message] of [
    [
      "on NFS",
      { options: { type: "nfs", device: ":/export", o: "addr=10.0.0.1,rw" } },
      /volume a_test_data is nfs of :\/export \(addr=10\.0\.0\.1,rw\)/,
    ],
    [
      "that is a bind mount",
      { options: { type: "none", device: "/srv/data", o: "bind" } },
      /is none of \/srv\/data \(bind\)/,
    ],
    ["of another driver", { driver: "rexray" }, /uses the driver rexray/],
  ] as const) {
    it(`F37: ${what} can't be snapshotted, and is named`, () => {
      assert.match(notLocal(volume(more)) ?? "", message);
    });
  }
});
