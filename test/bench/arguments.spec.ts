import assert from "node:assert/strict";
import { readArguments, rowNames } from "./arguments.ts";

describe("the bench's arguments", () => {
  it("select every row with its default rounds, as a table, if there are none", () =>
    assert.deepEqual(readArguments([]), { rows: rowNames, runs: undefined, json: false }));
  it("name rows, a count and JSON", () =>
    assert.deepEqual(readArguments(["run", "--runs", "1", "--json"]), { rows: ["run"], runs: 1, json: true }));
});
