import assert from "node:assert/strict";
import { isAccepted, readAccepted, staleEntries } from "./accepted.ts";
import { modulesBelow, readSources } from "./modules.ts";
import { findMutants, mutate } from "./mutants.ts";

const changes = (text: string) => findMutants("a.ts", text).map(({ kind, change }) => `${kind}: ${change}`);

describe("the mutants of a file", () => {
  const cases: readonly [what: string, text: string, expected: readonly string[]][] = [
    ["swap an equality", "f(a === b);", ["call: f(a === b); → ;", "equality: === → !=="]],
    ["swap a logical operator", "x = a && b;", ["logic: && → ||"]],
    ["move a bound", "x = a < b;", ["bound: < → <="]],
    ["negate a condition", "if (a) b = c;", ["negation: a → !(a)"]],
    ["negate no comparison twice", "if (a === b) c = d;", ["equality: === → !=="]],
    ["remove a negation", "if (!a) b = c;", ["negation: !a → a"]],
    ["remove an awaited call", "await f();", ["call: await f(); → ;"]],
    ["remove an early return", "if (a) { b = c; return; }", ["negation: a → !(a)", "return: return; → ;"]],
    ["remove an error", "if (a) throw b;", ["negation: a → !(a)", "return: throw b; → ;"]],
    ["remove a handler", "x = f().catch(g);", ["catch: f().catch(g) → f()"]],
    ["change a number", "x = 2;", ["number: 2 → 3", "number: 2 → 1", "number: 2 → 0"]],
    ["double a large number", "x = 1_000;", ["number: 1_000 → 2000", "number: 1_000 → 0"]],
    ["change a boolean", "x = true;", ["boolean: true → false"]],
    ["remove a default", "x = a ?? b;", ["default: a ?? b → a"]],
    ["remove a parameter's default", "const f = (a: X = b) => a;", ["default: : X = b → : X"]],
    ["swap some and every", "x = a.some(f);", ["collection: some → every"]],
    ["remove a filter", "x = a.filter(f);", ["collection: a.filter(f) → a"]],
    ["remove a clean-up", "try { x = a; } finally { y = b; }", ["finally: { y = b; } → {}"]],
    ["leave types and imports alone", 'import a from "b";\ntype A = 1 | true;\nlet x: 2;', []],
  ];
  for (const [what, text, expected] of cases) it(what, () => assert.deepEqual(changes(text), expected));

  it("weaken a schema where the file declares some", () => {
    const text = 'import { z } from "zod";\nexport const a = z.strictObject({ b: z.string().min(c) });';
    assert.deepEqual(changes(text), ["schema: strictObject → object", "schema: z.string().min(c) → z.string()"]);
    assert.deepEqual(changes("x = a.min(b);"), ["collection: min → max"]);
  });

  it("change one piece of a regular expression each, and are regular expressions", () => {
    assert.deepEqual(
      changes(String.raw`x = /^\d{2,3}[^a-z]+(?=b)$/i;`).map(each => each.split(" → ")[1]),
      [
        String.raw`/\d{2,3}[^a-z]+(?=b)$/i`,
        String.raw`/^\D{2,3}[^a-z]+(?=b)$/i`,
        String.raw`/^\d{1,3}[^a-z]+(?=b)$/i`,
        String.raw`/^\d{2,4}[^a-z]+(?=b)$/i`,
        String.raw`/^\d{2,3}[a-z]+(?=b)$/i`,
        String.raw`/^\d{2,3}[^a-z]*(?=b)$/i`,
        String.raw`/^\d{2,3}[^a-z]+(?!b)$/i`,
        String.raw`/^\d{2,3}[^a-z]+(?=b)/i`,
        String.raw`/^\d{2,3}[^a-z]+(?=b)$/`,
      ],
    );
  });

  it("have the line of their change, and change nothing else", () => {
    const text = "const a = 1;\nif (b) f();\n";
    const found = findMutants("a.ts", text).find(({ kind }) => kind === "negation")!;
    assert.deepEqual([found.line, found.source], [2, "if (b) f();"]);
    assert.equal(mutate(text, found), "const a = 1;\nif (!(b)) f();\n");
  });
});

describe("the accepted survivors", () => {
  it("are mutants of today's sources, each with a reason", () => {
    const sources = readSources();
    const accepted = readAccepted();
    const mutants = modulesBelow([], sources).flatMap(file => findMutants(file, sources.get(file)!));
    const files = new Set(mutants.map(({ file }) => file));
    assert.deepEqual(staleEntries(mutants, accepted), []);
    for (const each of accepted) {
      assert.ok(files.has(each.file), each.file);
      assert.ok(each.reason.length > 10, JSON.stringify(each));
    }
  });

  it("are named by line and change, or by line alone", () => {
    const [one, two] = findMutants("a.ts", "x = a === b && c;");
    const entry = { file: "a.ts", source: one!.source, reason: "none" };
    assert.ok(isAccepted(one!, [{ ...entry, change: one!.change }]));
    assert.ok(!isAccepted(two!, [{ ...entry, change: one!.change }]));
    assert.ok(isAccepted(two!, [entry]));
    assert.ok(
      !isAccepted(one!, [
        { ...entry, file: "b.ts" },
        { ...entry, source: "y" },
      ]),
    );
    assert.deepEqual(
      staleEntries(
        [one!],
        [
          { ...entry, change: "gone" },
          { ...entry, file: "b.ts" },
        ],
      ),
      [{ ...entry, change: "gone" }],
    );
  });
});
