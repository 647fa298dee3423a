import assert from "node:assert/strict";
import { execa } from "execa";
import { project } from "./lab/paths.ts";

describe("the tree", function () {
  this.timeout(120_000);

  it("passes npm run check", async () => {
    const done = await execa(process.execPath, ["test/check.ts"], { cwd: project, reject: false, all: true });
    assert.equal(done.exitCode, 0, done.all);
  });
});
