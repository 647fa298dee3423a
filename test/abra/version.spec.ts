import assert from "node:assert/strict";
import { compareVersions, parseVersion } from "../../providers/abra/version.ts";

const order = (...texts: string[]) =>
  texts
    .map(text => parseVersion(text)!)
    .toSorted(compareVersions)
    .map(version => version.text);

describe("a recipe's version", () => {
  it("is ordered by the recipe's semver, never as text", () => {
    assert.deepEqual(order("10.10.0+1.0.0", "10.9.0+1.0.0", "9.0.0+1.0.0"), ["9.0.0+1.0.0", "10.9.0+1.0.0", "10.10.0+1.0.0"]);
  });

  it("is ordered by the app's version among equals, as far as it parses", () => {
    assert.deepEqual(order("1.0.0+v1.10.0", "1.0.0+v1.9.0", "1.0.0+stable"), ["1.0.0+stable", "1.0.0+v1.9.0", "1.0.0+v1.10.0"]);
    assert.deepEqual(order("0.2.0+v1.6.870-0", "0.1.0+v1.6.871-0"), ["0.1.0+v1.6.871-0", "0.2.0+v1.6.870-0"]);
  });

  it("F25: is nothing else", () => {
    for (const text of ["main", "v1.0.0+2", "1.2+3", "", "+1.0.0", "latest"]) assert.equal(parseVersion(text), undefined, text);
  });
});
