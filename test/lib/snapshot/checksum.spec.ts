import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checksumOf } from "../../../providers/lib/snapshot/checksum.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";
import { noise } from "./tree.ts";

describe("the checksum of a file", () => {
  let workspace: Workspace;
  beforeEach(async () => (workspace = await createWorkspace("8m")));
  afterEach(() => workspace.remove());

  it("covers all its bytes, at any size", async () => {
    for (const bytes of [0, 1, 1 << 20, 3_000_001]) {
      const text = noise(bytes);
      await writeFile(join(workspace.path, "file"), text);
      assert.deepEqual(await checksumOf(join(workspace.path, "file")), {
        sha256: createHash("sha256").update(text).digest("hex"),
        bytes,
      });
    }
  });

  it("fails if the file can't be read or the signal aborts", async () => {
    await assert.rejects(() => checksumOf(join(workspace.path, "none")), { code: "ENOENT" });
    await assert.rejects(() => checksumOf("/dev/zero", AbortSignal.timeout(50)), { name: "TimeoutError" });
  });
});
