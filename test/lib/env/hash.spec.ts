import assert from "node:assert/strict";
import { lineOf, parseEnv, setEnv } from "../../../providers/lib/env/envFile.ts";

describe("a # in a .env", () => {
  it("F26: begins a comment only after a blank: A=abc#def is a value", () => {
    for (const [text, value] of [
      ["A=abc#def\n", "abc#def"],
      ["A=abc #def\n", "abc"],
      ["A=abc\t#def\n", "abc"],
      ["A=abc#def #ghi\n", "abc#def"],
      ["A=abc #def#ghi\n", "abc"],
      ["A=abc #def #ghi\n", "abc #def"], // godotenv cuts at the last one
      ["A=#def\n", "#def"],
      ["A='abc #def'\n", "abc #def"],
      ["A='abc'#def\n", "abc"],
    ] as const)
      assert.equal(parseEnv(text)["A"], value, text);
  });

  it("F26: in a value is replaced with the value, and in a comment is kept", () => {
    assert.equal(setEnv("A=abc#def\n", "A", "x"), "A=x\n");
    assert.equal(setEnv("A=abc#def #why\n", "A", "x"), "A=x #why\n");
    assert.equal(setEnv("A=abc #why #more\n", "A", "abc #why"), "A=abc #why #more\n");
  });

  it("F26: in a new value survives being read by abra, whatever the form", () => {
    for (const value of ["abc#def", "#def", "abc #def", "it's #1", 'say "#"']) {
      for (const text of ["", "A=1\n", "A='1' # why\nB=2\n"])
        assert.equal(parseEnv(setEnv(text, "A", value))["A"], value, `${value} into ${JSON.stringify(text)}`);
    }
  });

  it("F26: ends no line: a key's line has its comment, not the next key", () => {
    assert.equal(lineOf("B=1\nA=abc#def # length=32\nC=3\n", "A"), "A=abc#def # length=32");
    assert.equal(lineOf("A=1\r\nA=2 #x\r\n", "A"), "A=2 #x");
    assert.equal(lineOf("A=1\n", "B"), "");
  });
});
