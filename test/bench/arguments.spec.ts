import assert from "node:assert/strict";
import { readArguments, rowNames } from "./arguments.ts";

describe("the bench's arguments", () => {
  it("default to every row, its own number of runs, and a table", () =>
    assert.deepEqual(readArguments([]), { rows: rowNames, runs: undefined, json: false }));
  it("select rows, a number of runs and JSON", () =>
    assert.deepEqual(readArguments(["run", "--runs", "1", "--json"]), { rows: ["run"], runs: 1, json: true }));
});
