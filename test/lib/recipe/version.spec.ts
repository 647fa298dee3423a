import assert from "node:assert/strict";
import fc from "fast-check";
import { compareVersions, parseVersion } from "../../../providers/lib/recipe/version.ts";

const order = (...texts: string[]) =>
  texts
    .map(text => parseVersion(text)!)
    .toSorted(compareVersions)
    .map(version => version.text);

describe("a recipe's version", () => {
  it("is ordered by the recipe's semver, not as text", () => {
    assert.deepEqual(order("10.10.0+1.0.0", "10.9.0+1.0.0", "9.0.0+1.0.0"), [
      "9.0.0+1.0.0",
      "10.9.0+1.0.0",
      "10.10.0+1.0.0",
    ]);
  });

  it("is ordered by the app's version if the recipe's is equal and the app's can be parsed", () => {
    assert.deepEqual(order("1.0.0+v1.10.0", "1.0.0+v1.9.0", "1.0.0+stable"), [
      "1.0.0+stable",
      "1.0.0+v1.9.0",
      "1.0.0+v1.10.0",
    ]);
    assert.deepEqual(order("1.0.0+v1.6.870-10", "1.0.0+v1.6.870-9"), ["1.0.0+v1.6.870-9", "1.0.0+v1.6.870-10"]);
    assert.deepEqual(order("0.2.0+v1.6.870-0", "0.1.0+v1.6.871-0"), ["0.1.0+v1.6.871-0", "0.2.0+v1.6.870-0"]);
  });

  it("F25: ignores suffixes of the app's version without a defined order", () => {
    for (const [a, b] of [
      ["1.22-alpine", "1.22-debian"],
      ["26.4.0-p10", "26.4.0-p9"],
      ["1.0-rc-10", "1.0-rc-9"],
    ] as const)
      assert.equal(compareVersions(parseVersion(`1.0.0+${a}`)!, parseVersion(`1.0.0+${b}`)!), 0, a);
  });

  it("F25: has no app version where that is a commit", () => {
    for (const hash of ["9f3c2ab", "0123456789abcdef0123456789abcdef01234567"])
      assert.equal(parseVersion(`1.0.0+${hash}`)?.appVersion, undefined, hash);
    assert.equal(parseVersion("1.0.0+20250422")?.appVersion?.major, 20250422);
  });

  it("F25: has a consistent order for any text", () => {
    const part = fc.oneof(fc.nat(12).map(String), fc.string({ maxLength: 4 }));
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part, { minLength: 3, maxLength: 7 }).map(([a, b, c, ...rest]) => `${a}.${b}.${c}+${rest.join(".")}`),
    );
    fc.assert(
      fc.property(text, text, text, (...texts) => {
        const [a, b, c] = texts.map(each => parseVersion(each));
        if (!a || !b || !c) return;
        assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) || 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) assert.ok(compareVersions(a, c) <= 0);
      }),
      { numRuns: 300 },
    );
  });

  it("F25: is undefined for any other text", () => {
    for (const text of ["main", "v1.0.0+2", "1.2+3", "", "+1.0.0", "latest"])
      assert.equal(parseVersion(text), undefined, text);
  });
});
