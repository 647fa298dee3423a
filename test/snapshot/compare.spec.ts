import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { compare } from "../../providers/snapshot/compare.ts";

describe("two streams", () => {
  const chunks = fc.array(
    fc.uint8Array({ maxLength: 9 }).map(bytes => Buffer.from(bytes)),
    { maxLength: 6 },
  );

  it("P2: are equal exactly where their bytes are, however they are cut", () =>
    fc.assert(
      fc.asyncProperty(chunks, chunks, fc.nat(9), async (first, other, cut) => {
        const all = Buffer.concat(first);
        const recut = [all.subarray(0, cut), all.subarray(cut)];
        assert.equal(await compare(stream(first), stream(recut)), undefined);
        const found = await compare(stream(first), stream(other));
        const rest = Buffer.concat(other);
        assert.equal(found === undefined, all.equals(rest));
        if (found) assert.deepEqual(all.subarray(0, found.at), rest.subarray(0, found.at));
        if (found) assert.notEqual(all[found.at], rest[found.at]);
      }),
    ));

  it("tell the first byte that differs, and read the first to its end all the same", async () => {
    let read = 0;
    async function* first() {
      for (const text of ["abc", "def", "ghi"]) {
        read += text.length;
        yield Buffer.from(text);
      }
    }
    assert.deepEqual(await compare(first(), stream([Buffer.from("abcdXf")])), { at: 4, ended: false });
    assert.equal(read, 9);
  });

  it("tell that the second ended too soon", async () => {
    assert.deepEqual(await compare(stream([Buffer.from("abc")]), stream([Buffer.from("ab")])), { at: 2, ended: true });
  });

  async function* stream(all: readonly Buffer[]) {
    for (const chunk of all) {
      await sleep(0);
      yield chunk;
    }
  }
});
