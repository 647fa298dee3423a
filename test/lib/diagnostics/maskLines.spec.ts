import assert from "node:assert/strict";
import { mask } from "../../../providers/lib/diagnostics/mask.ts";

describe("a secret with line breaks", () => {
  const key = "first half 4711\nsecond half 4712\nxyz\n";

  it("F32: is masked as a whole, and each of its lines where a log breaks it up", () => {
    assert.equal(mask(`<${key}>`, [key]), "<***>");
    assert.equal(mask("<first half 4711\nsecond half 4712\nxyz>", [key]), "<***>", "without its last line break");
    assert.equal(mask("a | first half 4711\na | second half 4712\n", [key]), "a | ***\na | ***\n");
  });

  it("F32: is masked line by line with CRLF line ends, and as a program prints it with them", () => {
    const crlf = key.replaceAll("\n", "\r\n");
    assert.equal(mask("first half 4711 and second half 4712", [crlf]), "*** and ***");
    assert.equal(mask("first half 4711\r\nsecond half 4712\r\n", [key]), "***\r\n***\r\n");
  });

  it("F32: keeps a line of it that is too short to be hidden", () => {
    assert.equal(mask("xyz is a word", [key]), "xyz is a word");
    assert.equal(mask("wxyz is four", ["wxyz"]), "*** is four");
  });

  it("F32: is masked as JSON, URLs and base64 have it, with and without its last line break", () => {
    for (const secret of [key, key.trim()])
      for (const form of [
        JSON.stringify(secret).slice(1, -1),
        encodeURIComponent(secret),
        Buffer.from(secret).toString("base64"),
        Buffer.from(secret).toString("base64url"),
      ]) {
        const masked = mask(`<${form}>`, [key]);
        assert.ok(masked.startsWith("<***") && masked.endsWith(">") && !/half|471[12]/.test(masked), masked);
      }
  });

  it("F32: leaves no end of a secret that overlaps itself", () => {
    assert.equal(mask("<aaaaa>", ["aaaa"]), "<***>");
    assert.equal(mask("<abcabca>", ["abca"]), "<***>");
    assert.equal(mask("<aaaa aaaa>", ["aaaa"]), "<*** ***>");
  });

  it("F32: masks a bearer's token and not a word that begins so", () => {
    assert.equal(mask("bearer  abcdefgh", []), "bearer  ***");
    assert.equal(mask("bearerabcdefghijk", []), "bearerabcdefghijk");
    assert.equal(mask("bearer abcdefg", []), "bearer abcdefg", "too short for one");
  });
});
