import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checksumOf } from "../../../providers/lib/snapshot/checksum.ts";
import { makePlace, type Place } from "./place.ts";
import { noise } from "./tree.ts";

describe("the checksum of a file", () => {
  let place: Place;
  beforeEach(async () => (place = await makePlace("8m")));
  afterEach(() => place.gone());

  it("covers all its bytes, at any size", async () => {
    for (const bytes of [0, 1, 1 << 20, 3_000_001]) {
      const text = noise(bytes);
      await writeFile(join(place.path, "file"), text);
      assert.deepEqual(await checksumOf(join(place.path, "file")), {
        sha256: createHash("sha256").update(text).digest("hex"),
        bytes,
      });
    }
  });

  it("fails if the file can't be read or the signal aborts", async () => {
    await assert.rejects(() => checksumOf(join(place.path, "none")), { code: "ENOENT" });
    await assert.rejects(() => checksumOf("/dev/zero", AbortSignal.timeout(50)), { name: "TimeoutError" });
  });
});
