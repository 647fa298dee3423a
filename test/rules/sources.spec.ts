import assert from "node:assert/strict";
import { brokenRules, LIMITS } from "./sources.ts";

const source = (text: string, path = "providers/app/a.ts") => ({ path, text });
const lines = (count: number) => "x\n".repeat(count);

describe("the rules for source files", () => {
  for (const [what, text] of [
    ["a comparison with a recipe's name", 'if (recipe === "keycloak") return;'],
    ["a comparison with the name first", 'if ("traefik" !== app.recipe) return;'],
    ["a case with a recipe's name", 'case "keycloak":'],
    ["a fault's number in a comment", "// what F12 is about"],
    ["a promise's number in a docstring", "/** Keeps P4. */"],
    ["__provider", "const { __provider } = news;"],
    ["a line that is too wide", `// ${"x".repeat(LIMITS.columns - 2)}`],
  ] as const)
    it(`report ${what}, with its line`, () => {
      const [found, ...more] = brokenRules([source(`\n${text}\n`)]);
      assert.match(found ?? "", /^providers\/app\/a\.ts:2: /);
      assert.deepEqual(more, []);
    });

  for (const [what, text, path] of [
    ["a recipe's name that isn't compared", 'const recipe = "keycloak";', undefined],
    ["a comparison in a profile", 'recipe === "keycloak"', "providers/app/profiles/keycloak.ts"],
    ["__provider where Pulumi is met", "__provider", "providers/pulumi/resource.ts"],
    ["numbers in code", 'const P12 = "F1";', undefined],
    ["the widest line allowed", `// ${"x".repeat(LIMITS.columns - 3)}`, undefined],
  ] as const)
    it(`accept ${what}`, () => assert.deepEqual(brokenRules([source(text, path)]), []));

  it("report a file with a line too many, and accept the longest allowed", () => {
    const short = [source("", "b.ts"), source("", "c.ts")];
    assert.deepEqual(brokenRules([source(lines(LIMITS.longest)), ...short]), []);
    assert.match(
      brokenRules([source(lines(LIMITS.longest + 1)), ...short]).join(),
      /^providers\/app\/a\.ts: 201 lines/,
    );
  });

  it("report a median file that is too long", () => {
    const files = (length: number) => ["a.ts", "b.ts", "c.ts"].map(path => source(lines(length), path));
    assert.deepEqual(brokenRules(files(LIMITS.median)), []);
    assert.match(brokenRules(files(LIMITS.median + 1)).join(), /^the median file has 61 lines/);
  });
});
