import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checksumOf } from "../../../providers/lib/snapshot/checksum.ts";
import { makePlace, type Place } from "./place.ts";
import { noise } from "./tree.ts";

describe("the sum of a file", () => {
  let place: Place;
  beforeEach(async () => (place = await makePlace("8m")));
  afterEach(() => place.gone());

  it("is that of all its bytes, however many", async () => {
    for (const bytes of [0, 1, 1 << 20, 3_000_001]) {
      const text = noise(bytes);
      await writeFile(join(place.path, "file"), text);
      assert.deepEqual(await checksumOf(join(place.path, "file")), {
        sha256: createHash("sha256").update(text).digest("hex"),
        bytes,
      });
    }
  });

  it("isn't taken of what can't be read, nor once the work is called off", async () => {
    await assert.rejects(() => checksumOf(join(place.path, "none")), { code: "ENOENT" });
    await assert.rejects(() => checksumOf("/dev/zero", AbortSignal.timeout(50)), { name: "TimeoutError" });
  });
});
