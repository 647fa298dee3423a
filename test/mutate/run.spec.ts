import assert from "node:assert/strict";
import { readOptions, sampleOf } from "./arguments.ts";
import { batchesOf, distances, specsOf } from "./imports.ts";
import { modulesBelow } from "./modules.ts";
import { findMutants } from "./mutants.ts";
import { report, score } from "./report.ts";

describe("which specs a mutant runs", () => {
  const sources = new Map(
    Object.entries({
      "lib/a.ts": 'export const a = 1; export type A = 1; import { b } from "./b.ts"; b;',
      "lib/b.ts": "export const b = 1;",
      "lib/c.ts": "export const c = 1;",
      "lib/index.ts": 'export { a, type A } from "./a.ts"; export { c } from "./c.ts";',
      "test/near.spec.ts": 'import { b } from "../lib/b.ts"; b;',
      "test/far.spec.ts": 'import { a, type A } from "../lib/index.ts"; a;',
      "test/child.spec.ts": 'spawn(new URL("../lib/c.ts", import.meta.url)); import type { b } from "../lib/b.ts";',
      "test/whole.spec.ts": 'const { c } = await import("../lib/index.ts");',
    }),
  );
  const reached = distances(
    sources,
    [...sources.keys()].filter(path => path.endsWith(".spec.ts")),
  );

  it("are those that reach the file by imports, the nearest first", () => {
    assert.deepEqual(specsOf("lib/b.ts", reached), ["test/near.spec.ts", "test/far.spec.ts", "test/whole.spec.ts"]);
  });

  it("run those of the file's own folder first among equally near ones", () => {
    const specs = ["test/app/a.spec.ts", "test/lib/b.spec.ts", "test/lib/state/c.spec.ts"];
    const near = new Map(specs.map(spec => [spec, new Map([["providers/lib/state/x.ts", 1]])]));
    assert.deepEqual(specsOf("providers/lib/state/x.ts", near), specs.toReversed());
  });

  it("run in batches that grow, each file once", () => {
    const files = Array.from({ length: 30 }, (_, at) => `${at}`);
    const batches = batchesOf(files);
    assert.deepEqual(
      batches.map(({ length }) => length),
      [4, 8, 16, 2],
    );
    assert.deepEqual(batches.flat(), files);
    assert.deepEqual(batchesOf([]), []);
  });

  it("reach through an index only what they import from it, and what they name by path", () => {
    assert.deepEqual(specsOf("lib/c.ts", reached), ["test/child.spec.ts", "test/whole.spec.ts"]);
    assert.deepEqual(specsOf("lib/a.ts", reached), ["test/far.spec.ts", "test/whole.spec.ts"]);
  });
});

describe("a run of mutants", () => {
  it("samples the same mutants for a seed, in the same order, and all of them without a number", () => {
    const all = Array.from({ length: 100 }, (_, at) => at);
    const sample = sampleOf(all, 10, 7);
    assert.equal(new Set(sample).size, 10);
    assert.deepEqual(sample, sampleOf(all, 10, 7));
    assert.notDeepEqual(sample, sampleOf(all, 10, 8));
    assert.deepEqual(sample, sampleOf(all, undefined, 7).slice(0, 10));
    assert.deepEqual(
      sampleOf(all, undefined, 1).toSorted((a, b) => a - b),
      all,
    );
  });

  it("takes paths and numbers, and refuses what it doesn't know", () => {
    assert.deepEqual(readOptions(["providers/app", "--sample=5", "--seed=2", "--json"]), {
      paths: ["providers/app"],
      sample: 5,
      seed: 2,
      threshold: 90,
      limit: 60,
      json: true,
    });
    for (const flag of ["--samples=5", "--sample", "--sample=x"])
      assert.throws(() => readOptions([flag]), /not an option/);
  });

  it("mutates files and folders, and refuses a path without a source", () => {
    const sources = new Map(["lib/a/b.ts", "lib/a/c.ts", "lib/ab.ts"].map(path => [path, ""]));
    assert.deepEqual(modulesBelow(["lib/a/", "lib/a/b.ts"], sources), ["lib/a/b.ts", "lib/a/c.ts"]);
    assert.throws(() => modulesBelow(["lib/none"], sources), /lib\/none: expected a source file/);
  });

  it("reports the weakest module first, and each survivor with its line and change", () => {
    const [first] = findMutants("a.ts", "x = 1;");
    const [second] = findMutants("b.ts", "\nz = true;");
    const verdicts = [
      { mutant: first!, killed: true, by: "a spec" },
      { mutant: second!, killed: false, by: "3 spec files not run" },
    ];
    assert.equal(score(verdicts), 50);
    assert.equal(score([]), 100);
    const lines = report(verdicts);
    assert.match(lines[1]!, /^ +0 +1 +0\.0 +b\.ts$/);
    assert.match(lines[2]!, /^ +1 +1 +100\.0 +a\.ts$/);
    assert.ok(lines.includes("  b.ts:2 boolean: true → false (3 spec files not run)"), lines.join("\n"));
    assert.equal(lines.at(-1), "1 of 2 mutants killed: 50.0 %");
  });
});
